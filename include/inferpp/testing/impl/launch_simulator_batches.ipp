// SPDX-License-Identifier: BSL-1.0
//
// Batch jobs over a bundle: a CSV file comes in, lines of JSON go out. See launch_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_BATCHES_IPP
#define INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_BATCHES_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/testing/launch_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

/// Rows of a CSV file as Python's csv module reads them.
INFERPP_DECL std::vector<std::vector<std::string>> launch_simulator::platform::read_csv(
    std::string_view text)
{
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> row;
    std::string cell;
    bool quoted = false;
    bool begun = false; // the row has something
    auto const end_row = [&] {
        if (begun) {
            row.push_back(std::move(cell));
            rows.push_back(std::move(row));
        }
        row.clear();
        cell.clear();
        begun = false;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        if (quoted) {
            if (c != '"')
                cell += c;
            else if (i + 1 < text.size() && text[i + 1] == '"')
                cell += text[++i];
            else
                quoted = false;
        } else if (c == '"' && cell.empty()) {
            quoted = begun = true;
        } else if (c == ',') {
            row.push_back(std::move(cell));
            cell.clear();
            begun = true;
        } else if (c == '\n' || c == '\r') {
            end_row();
        } else {
            cell += c;
            begun = true;
        }
    }
    end_row();
    return rows;
}

/// As pydantic writes it: P1DT1H1M1.25S.
INFERPP_DECL std::string launch_simulator::platform::iso_duration(milliseconds time)
{
    auto const count = time.count();
    std::string text = "P";
    if (auto const days = count / 86'400'000; days > 0)
        text += std::to_string(days) + 'D';
    auto const rest = count % 86'400'000;
    if (rest == 0)
        return text == "P" ? "PT0S" : text;
    text += 'T';
    if (auto const hours = rest / 3'600'000; hours > 0)
        text += std::to_string(hours) + 'H';
    if (auto const minutes = rest / 60'000 % 60; minutes > 0)
        text += std::to_string(minutes) + 'M';
    if (auto const seconds = rest % 60'000; seconds > 0) {
        text += std::to_string(seconds / 1000);
        if (seconds % 1000 > 0) {
            std::string digits = std::to_string(1000 + seconds % 1000).substr(1);
            digits.resize(digits.find_last_not_of('0') + 1);
            text += '.' + digits;
        }
        text += 'S';
    }
    return text;
}

INFERPP_DECL simulated_answer launch_simulator::platform::create_batch(call& with)
{
    object const& f = with.fields();
    check_labels(f.at("labels").get_object());
    auto const bundle = detail::launch_text(f.at("model_bundle_id"));
    if (find_record(bundles, bundle, with.user) == nullptr)
        throw refusal{404, "The specified model bundle could not be found."};
    object const& hardware = f.at("resource_requests").get_object();
    bool const no_gpu = hardware.contains("gpus") && detail::launch_integer(hardware, "gpus") == 0;
    if (no_gpu && !detail::launch_member(hardware, "gpu_type").is_null())
        throw internal_error{}; // nobody catches it there either
    job& made = add_job(batch_jobs, with, new_id("bat_"), bundle);
    run_rows(made);
    return json(object{{"job_id", made.id}});
}

/// Reads the input, and plans when which row is done and what the result is.
INFERPP_DECL void launch_simulator::platform::run_rows(job& which)
{
    object const& f = which.fields;
    auto const timeout = detail::launch_member(f, "timeout_seconds");
    auto const limit =
        which.created + milliseconds{static_cast<std::int64_t>(
                            1000 * (timeout.is_number() ? timeout.to_number<double>() : 43'200))};
    std::string const* const input = find_object(detail::launch_text(f.at("input_path")));
    auto rows = input != nullptr ? read_csv(*input) : std::vector<std::vector<std::string>>{};
    bool const good = !rows.empty() && rows[0].size() == 2 && rows[0][0] == "id" &&
                      (rows[0][1] == "url" || rows[0][1] == "args");
    which.ended = which.started;
    if (!good || options.failing_jobs.contains(which.what)) {
        which.end = "FAILURE";
        return;
    }
    launch_endpoint by;
    by.artifact = true; // batch jobs run Python code
    std::string lines;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        launch_call asked;
        asked.via = launch_call::route::batch;
        asked.endpoint = which.what;
        asked.task_id = new_uuid();
        std::string const cell = rows[i].size() > 1 ? rows[i][1] : std::string{};
        if (rows[0][1] == "url") {
            asked.body["url"] = cell;
        } else {
            error_code code;
            auto args = boost::json::parse(decode_base64(cell).value_or(std::string{}), code);
            if (code) {
                which.end = "FAILURE";
                return;
            }
            asked.body["args"] = std::move(args);
        }
        auto const text = boost::json::serialize(asked.body);
        asked.size = text.size();
        asked.sha256 = sha256_hex(text);
        std::string const id = asked.task_id;
        object const request = asked.body;
        task done = run_task(by, std::move(asked), request, which.ended);
        done.ended = which.ended + options.job_run_time + done.outcome.took;
        which.ended = (std::min)(done.ended, limit);
        auto const seen = done.ended > limit ? done.started - std::chrono::hours{1} : done.ended;
        object line = task_answer(done, id, seen);
        line["id"] = rows[i][0];
        lines += (lines.empty() ? "" : "\n") + boost::json::serialize(line);
        if (done.ended <= limit)
            which.rows.push_back(done.ended);
        else
            which.end = "TIMEOUT";
    }
    which.result = "launch-results/launch/batch-jobs/" + which.id + "/result.json";
    which.fields["lines"] = std::move(lines);
    which.fields["count"] = rows.size() - 1;
}

INFERPP_DECL simulated_answer launch_simulator::platform::get_batch(call& with)
{
    job* const which = find_job(batch_jobs, with.ids[0], with.user);
    if (which == nullptr)
        throw refusal{404, "The specified batch job could not be found."};
    std::string_view const status = status_of(*which);
    bool const ended = status != "PENDING" && status != "RUNNING" && status != "CANCELLED";
    if (ended && !which->result.empty() && !storage.contains(which->result))
        storage[which->result] = detail::launch_text(which->fields.at("lines"));
    object answer{
        {"status", status},
        {"result", ended && !which->result.empty() ? value(url_of(which->result)) : value{}},
        {"duration", nullptr},
        {"num_tasks_pending", nullptr},
        {"num_tasks_completed", nullptr}};
    // A failure or a time limit leaves the end unset.
    auto const until = status == "SUCCESS" ? which->ended : which->cancelled.value_or(now);
    auto const time = std::chrono::floor<milliseconds>(until - which->created);
    if (options.duration_as_number)
        answer["duration"] = std::chrono::duration<double>(time).count();
    else
        answer["duration"] = iso_duration(time);
    if (status != "PENDING" && which->fields.contains("count")) {
        auto const moment = which->cancelled.value_or(now);
        auto const done = std::count_if(which->rows.begin(), which->rows.end(),
                                        [&](time_point at) { return at <= moment; });
        answer["num_tasks_pending"] = detail::launch_integer(which->fields, "count") - done;
        answer["num_tasks_completed"] = done;
    }
    return json(answer);
}

INFERPP_DECL simulated_answer launch_simulator::platform::cancel_batch(call& with)
{
    job* const which = find_job(batch_jobs, with.ids[0], with.user);
    if (which == nullptr)
        throw refusal{404, "The specified batch job could not be found."};
    if (detail::launch_bool(with.fields(), "cancel"))
        cancel(*which);
    return json(object{{"success", true}}); // also when it has ended
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/launch_simulator_jobs.ipp>
#endif

#endif
