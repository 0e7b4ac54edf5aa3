// SPDX-License-Identifier: BSL-1.0
//
// What jobs of the simulated Bedrock do in S3. They read their input when they have been validated,
// process as many records as the time allows, and write what they have when they end. See
// bedrock_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_BEDROCK_SIMULATOR_DATA_IPP
#define INFERPP_TESTING_IMPL_BEDROCK_SIMULATOR_DATA_IPP

#include <inferpp/testing/bedrock_simulator.hpp>

#include <random>

namespace inferpp::inline INFERPP_ABI::testing {

namespace detail {

/// "s3://bucket/key"
struct s3_location {
    explicit s3_location(std::string_view uri)
    {
        uri.remove_prefix((std::min)(std::string_view{"s3://"}.size(), uri.size()));
        auto const slash = (std::min)(uri.find('/'), uri.size());
        bucket = uri.substr(0, slash);
        key = uri.substr((std::min)(slash + 1, uri.size()));
    }

    /// The key as one of a folder.
    std::string folder() const { return key.empty() || key.ends_with('/') ? key : key + '/'; }

    std::string bucket;
    std::string key;
};

/// Why a job fails while it is validated.
struct bedrock_bad_input {
    std::string message;
};

} // namespace detail

INFERPP_DECL bedrock_simulator::platform::object bedrock_simulator::platform::location(
    job const& which, std::string_view config, std::string_view alternative)
{
    return which.request.at(config).as_object().at(alternative).as_object();
}

INFERPP_DECL void bedrock_simulator::platform::advance()
{
    if (options.storage)
        for (auto const& each : jobs)
            advance(*each);
}

INFERPP_DECL void bedrock_simulator::platform::advance(job& which)
{
    if (which.done)
        return;
    time_point const validated = which.created + options.submitted + options.validating;
    bool const is_read = (std::min)(now, which.stopped.value_or(now)) >= validated;
    if (is_read && !which.data) {
        try {
            read_input(which);
        }
        catch (detail::bedrock_bad_input const& why) {
            which.outcome.ends = "Failed";
            which.outcome.message = why.message;
        }
    }
    state const at = look(which);
    if (which.data && which.outcome.ends != "Failed") {
        work& data = *which.data;
        std::size_t const left =
            (std::min)(static_cast<std::size_t>(which.outcome.left), data.records.size());
        auto const due =
            static_cast<std::size_t>(at.done * static_cast<double>(data.records.size() - left));
        while (data.next < due)
            process(which, data.records[data.next++]);
    }
    which.done = at.ended;
    if (at.ended && which.data && at.word != "Failed" && at.word != "Expired")
        write_output(which);
}

INFERPP_DECL void bedrock_simulator::platform::read_file(work& into, s3_object const& file,
                                                         std::string const& name) const
{
    std::size_t const index = into.files.size();
    into.files.push_back(name);
    if (file.size > options.max_file_bytes)
        throw detail::bedrock_bad_input{"The file " + name + " is too large."};
    std::string_view rest = file.content;
    std::size_t count = 0;
    for (std::size_t line = 1; !rest.empty(); ++line) {
        auto const end = (std::min)(rest.find('\n'), rest.size());
        std::string_view const text = inferpp::detail::trim(rest.substr(0, end));
        rest.remove_prefix((std::min)(end + 1, rest.size()));
        if (text.empty())
            continue;
        boost::system::error_code failed;
        auto parsed = boost::json::parse({text.data(), text.size()}, failed);
        if (failed || !parsed.is_object())
            throw detail::bedrock_bad_input{"Line " + std::to_string(line) + " of the file " +
                                            name + " is no JSON object."};
        record one;
        one.line = std::move(parsed.get_object());
        one.file = index;
        if (value const* const id = one.line.if_contains("recordId"); id && id->is_string())
            one.id = id->get_string().c_str();
        else // the service makes one
            one.id = "REC" + std::to_string(10'000'000 + into.records.size());
        into.records.push_back(std::move(one));
        ++count;
    }
    if (count > options.max_records)
        throw detail::bedrock_bad_input{"The file " + name + " has more records than " +
                                        std::to_string(options.max_records) + '.'};
}

INFERPP_DECL void bedrock_simulator::platform::read_input(job& which)
{
    which.data.emplace(); // also where it fails: it is not read again
    work& data = *which.data;
    object const input = location(which, "inputDataConfig", "s3InputDataConfig");
    object const output = location(which, "outputDataConfig", "s3OutputDataConfig");
    for (object const& each : {input, output}) {
        detail::s3_location const at{each.at("s3Uri").as_string().c_str()};
        value const* const owner = each.if_contains("s3BucketOwner");
        if (options.storage->buckets.find(at.bucket) == options.storage->buckets.end() ||
            (owner && *owner != value(options.account_id)))
            throw detail::bedrock_bad_input{
                "Access denied when calling S3 for the bucket " + at.bucket +
                "; check the role's permissions, and that the bucket exists."};
    }
    detail::s3_location const from{input.at("s3Uri").as_string().c_str()};
    constexpr std::string_view extension = ".jsonl";
    if (s3_object const* const file = options.storage->find(from.bucket, from.key)) {
        if (!from.key.ends_with(extension))
            throw detail::bedrock_bad_input{"The input file must have the extension .jsonl."};
        read_file(data, *file, from.key.substr(from.key.rfind('/') + 1));
    } else {
        std::string const folder = from.folder();
        for (auto const& [key, found] : options.storage->buckets[from.bucket])
            if (key.starts_with(folder) && key.ends_with(extension))
                read_file(data, found, key.substr(folder.size()));
    }
    if (data.files.empty())
        throw detail::bedrock_bad_input{"There is no input file at " +
                                        std::string{input.at("s3Uri").as_string().c_str()} + '.'};
    if (data.records.size() < options.min_records)
        throw detail::bedrock_bad_input{
            "Batch job " + arn(which) + " contains less records (" +
            std::to_string(data.records.size()) +
            ") than the required minimum of: " + std::to_string(options.min_records)};
    data.lines.resize(data.files.size());
}

INFERPP_DECL bedrock_record_result bedrock_simulator::platform::run_model(job const& which,
                                                                          record const& one) const
{
    value const* const input = one.line.if_contains("modelInput");
    if (input == nullptr || !input->is_object())
        return {400, "modelInput must be a JSON object"};
    if (input->get_object().contains("modelId"))
        return {400, "Extra inputs are not permitted"};
    if (options.model) {
        object told = which.request;
        told["jobId"] = which.id;
        return options.model(one.line, told);
    }
    bedrock_record_result made;
    std::string const text = boost::json::serialize(*input);
    made.input_tokens = text.size() / 4 + 1;
    made.output_tokens = made.input_tokens;
    value const* const type = which.request.if_contains("modelInvocationType");
    if (type == nullptr || *type != value("Converse")) {
        made.output = object{{"echo", *input}};
        return made;
    }
    object const block{{"text", "You said " + text}};
    object const message{{"role", "assistant"}, {"content", boost::json::array{block}}};
    made.output = object{{"output", object{{"message", message}}},
                         {"stopReason", "end_turn"},
                         {"usage", object{{"inputTokens", made.input_tokens},
                                          {"outputTokens", made.output_tokens},
                                          {"totalTokens", made.input_tokens + made.output_tokens}}},
                         {"metrics", object{{"latencyMs", 1}}}};
    return made;
}

INFERPP_DECL void bedrock_simulator::platform::process(job& which, record const& one)
{
    bedrock_record_result const made = run_model(which, one);
    work& data = *which.data;
    bedrock_processed_record paid;
    paid.job_id = which.id;
    paid.record_id = one.id;
    paid.failed = made.error_code != 0;
    processed.push_back(std::move(paid));
    object line;
    line["recordId"] = one.id;
    if (value const* const input = one.line.if_contains("modelInput"))
        line["modelInput"] = *input;
    if (made.error_code != 0) {
        ++data.error;
        line["error"] =
            object{{"errorCode", made.error_code}, {"errorMessage", made.error_message}};
    } else {
        ++data.success;
        data.input_tokens += made.input_tokens;
        data.output_tokens += made.output_tokens;
        line["modelOutput"] = made.output;
    }
    data.lines[one.file].push_back(boost::json::serialize(line));
}

INFERPP_DECL void bedrock_simulator::platform::write_output(job& which)
{
    work& data = *which.data;
    object const output = location(which, "outputDataConfig", "s3OutputDataConfig");
    detail::s3_location const to{output.at("s3Uri").as_string().c_str()};
    std::string const folder = to.folder() + which.id + '/';
    std::mt19937 random{static_cast<std::mt19937::result_type>(jobs.size())};
    for (std::size_t file = 0; file < data.lines.size(); ++file) {
        auto& lines = data.lines[file];
        for (std::size_t i = lines.size(); i > 1; --i) // in no order, as the platform's
            std::swap(lines[i - 1], lines[random() % i]);
        std::string content;
        for (std::string const& line : lines)
            content.append(line).append("\n");
        lines.clear();
        options.storage->put(to.bucket, folder + data.files[file] + ".out", std::move(content),
                             today);
    }
    object const manifest{{"totalRecordCount", data.records.size()},
                          {"processedRecordCount", data.success + data.error},
                          {"successRecordCount", data.success},
                          {"errorRecordCount", data.error},
                          {"inputTokenCount", data.input_tokens},
                          {"outputTokenCount", data.output_tokens}};
    options.storage->put(to.bucket, folder + "manifest.json.out", boost::json::serialize(manifest),
                         today);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#endif
