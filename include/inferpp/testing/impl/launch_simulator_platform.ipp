// SPDX-License-Identifier: BSL-1.0
//
// What a simulated Launch begins with, and what all of its answers need. See launch_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_PLATFORM_IPP
#define INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_PLATFORM_IPP

#include <inferpp/testing/launch_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL void launch_simulator::platform::fill()
{
    storage = options.storage;
    for (launch_endpoint const& about : options.endpoints) {
        auto made = std::make_unique<endpoint>();
        made->about = about;
        made->created_at = made->updated_at = today;
        made->bundle = about.artifact ? "echo-code" : "echo-image";
        made->fields = {{"labels", {{"team", "tests"}, {"product", "inferpp"}}},
                        {"metadata", object{}},
                        {"cpus", "1"},
                        {"gpus", 0},
                        {"memory", "1Gi"},
                        {"storage", "1Gi"},
                        {"min_workers", 1},
                        {"max_workers", 1},
                        {"per_worker", 1}};
        if (about.llm_model)
            made->fields["model_name"] = *about.llm_model;
        endpoints.push_back(std::move(made));
    }
    object const artifact{
        {"flavor", "cloudpickle_artifact"},
        {"requirements", array{}},
        {"framework", {{"framework_type", "pytorch"}, {"pytorch_image_tag", "1.7.1"}}},
        {"app_config", nullptr},
        {"location", "s3://bundles/echo-code"},
        {"load_predict_fn", "predict"},
        {"load_model_fn", "model"}};
    object const image{{"flavor", "streaming_enhanced_runnable_image"},
                       {"repository", "echo"},
                       {"tag", "latest"},
                       {"command", array{}},
                       {"streaming_command", {"echo"}},
                       {"protocol", "http"}};
    for (auto const& [name, flavor] : {std::pair{"echo-code", artifact}, {"echo-image", image}}) {
        record made;
        made.id = "bun_" + std::string{name} + std::string(20 - std::string_view{name}.size(), '0');
        made.fields = {{"name", name}, {"metadata", object{}}, {"schema_location", nullptr}};
        made.fields["flavor"] = flavor;
        made.created_at = today;
        bundles.push_back(std::move(made));
    }
}

INFERPP_DECL simulated_answer launch_simulator::platform::unexpected()
{
    object const body{{"error", "Internal error occurred. Our team has been notified."},
                      {"timestamp", pacific()},
                      {"request_id", new_uuid()}};
    return json(body, 500);
}

INFERPP_DECL simulated_answer launch_simulator::platform::too_many() const
{
    object const body{{"error", "Too many requests"}, {"timestamp", pacific()}};
    return json(body, 429);
}

INFERPP_DECL std::string launch_simulator::platform::pacific() const
{
    namespace time = std::chrono;
    time::year const now_year = time::year_month_day{time::floor<time::days>(today)}.year();
    // Summer time from the second Sunday of March to the first of November, at 2 o'clock.
    auto const begin = time::sys_days{now_year / time::March / time::Sunday[2]} + time::hours{10};
    auto const end = time::sys_days{now_year / time::November / time::Sunday[1]} + time::hours{9};
    bool const summer = today >= begin && today < end;
    std::string text = format_iso8601(today - time::hours{summer ? 7 : 8}).substr(0, 19);
    text[10] = ' ';
    return text + (summer ? " PDT" : " PST");
}

INFERPP_DECL std::string launch_simulator::platform::stamp(sys_milliseconds at)
{
    return format_iso8601(at).substr(0, 23) + "000Z";
}

INFERPP_DECL std::string launch_simulator::platform::new_id(std::string_view prefix)
{
    constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
    std::string id{prefix};
    for (int i = 0; i < 20; ++i)
        id += digits[random() % digits.size()];
    return id;
}

INFERPP_DECL std::string launch_simulator::platform::new_uuid()
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string id = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    for (char& c : id) {
        if (c == 'x')
            c = digits[random() % 16];
        else if (c == 'y')
            c = digits[8 + random() % 4];
    }
    return id;
}

INFERPP_DECL launch_simulator::launch_simulator(boost::asio::any_io_executor executor,
                                                launch_simulator_options options)
    : simulator(executor, options),
      sender_(std::make_shared<sender>())
{
    sender_->options = options.callback;
    sender_->executor = std::move(executor);
    sender_->time = shared_clock();
    platform_ = std::make_unique<platform>(std::move(options), sender_);
    platform_->origin =
        platform_->options.public_url.empty() ? origin_url() : platform_->options.public_url;
    platform_->now = clock().now();
    platform_->today = clock().calendar();
    platform_->fill();
    start();
}

INFERPP_DECL launch_simulator::~launch_simulator()
{
    stop();
}

INFERPP_DECL void launch_simulator::stopped() noexcept
{
    sender_->stop();
}

INFERPP_DECL std::string launch_simulator::base_url() const
{
    return origin_url();
}

INFERPP_DECL std::size_t launch_simulator::tasks() const noexcept
{
    return platform_->tasks.size();
}

INFERPP_DECL std::size_t launch_simulator::predictions() const noexcept
{
    return platform_->predictions;
}

INFERPP_DECL std::vector<launch_callback> const& launch_simulator::callbacks() const noexcept
{
    return sender_->log;
}

INFERPP_DECL std::size_t launch_simulator::leaks() const noexcept
{
    return platform_->leaks;
}

INFERPP_DECL std::optional<std::string> launch_simulator::stored(std::string const& name) const
{
    auto const found = platform_->storage.find(name);
    if (found == platform_->storage.end())
        return std::nullopt;
    return found->second;
}

INFERPP_DECL simulated_answer launch_simulator::respond(simulated_request& request)
{
    platform_->now = clock().now();
    platform_->today = clock().calendar();
    return platform_->answer(request, requests_in_progress());
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/launch_simulator_routes.ipp>
#endif

#endif
