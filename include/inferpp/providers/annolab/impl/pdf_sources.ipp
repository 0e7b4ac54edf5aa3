// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_ANNOLAB_IMPL_PDF_SOURCES_IPP
#define INFERPP_PROVIDERS_ANNOLAB_IMPL_PDF_SOURCES_IPP

#include <inferpp/codec/multipart.hpp>
#include <inferpp/providers/annolab/pdf_sources.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

INFERPP_DECL job_status describe(pending_source const& source)
{
    return job_status{phase_of(source.status), source.status};
}

INFERPP_DECL result<void> init_pdf::validate() const
{
    if (auto const given = check_project(); !given)
        return given;
    if (auto const given = check_given("directory", directory); !given)
        return given;
    return check_given("source_name", source_name);
}

INFERPP_DECL result<void> create_pdf::validate() const
{
    if (auto const given = check_project(); !given)
        return given;
    if (auto const given = check_given("directory", directory); !given)
        return given;
    if (auto const given = check_given("source", source); !given)
        return given;
    return check_given("preprocessor", preprocessor);
}

INFERPP_DECL result<void> pdf_request::validate() const
{
    if (auto const given = check_project(); !given)
        return given;
    if (auto const given = check_given("name", name); !given)
        return given;
    if (auto const given = check_given("directory", directory); !given)
        return given;
    if (auto const given = check_given("preprocessor", preprocessor); !given)
        return given;
    try {
        if (content.open() == nullptr)
            return refuse("content is a null body_source");
    }
    catch (failure const& unreadable) {
        return unreadable.error();
    }
    return {};
}

INFERPP_DECL boost::asio::awaitable<pdf_receipt> pdf_request::perform(client with,
                                                                      pdf_request request,
                                                                      call_options call)
{
    project_ref const in{request.group.value_or(""), request.project};

    init_pdf ask{in, request.directory, request.name};
    ask.metadata = request.metadata;
    ask.abstract_id = request.abstract_id;
    auto const where = co_await with.send(ask, call);
    std::string const address = with.platform().absolute(where.upload_url);

    auto content = request.content.open();
    http::headers headers;
    headers.set("Content-Type", "application/pdf");
    co_await with.upload(address, std::move(content), std::move(headers), call);

    create_pdf create{in, request.directory, request.name};
    create.preprocessor = request.preprocessor;
    create.ocr = request.ocr;
    create.workflow = request.workflow;
    create.abstract_id = request.abstract_id;
    create.more.values = request.more;
    auto receipt = co_await with.send(create, call);
    receipt.abstract_id = request.abstract_id;
    co_return receipt;
}

INFERPP_DECL std::string create_pdf_source::job_id(pdf_receipt const& receipt)
{
    return id_text(receipt.pending_source.pending_source_id);
}

INFERPP_DECL result<void> pdf_workflow::validate() const
{
    if (workflow.value_or("").empty())
        return refuse("workflow is empty; give its name, such as \"land_title\"");
    return pdf_request::validate();
}

INFERPP_DECL std::string pdf_workflow::job_id(pdf_receipt const& receipt)
{
    return id_text(receipt.execution_id.value_or(0));
}

INFERPP_DECL result<void> upload_pdf::validate() const
{
    if (auto const given = check_project(); !given)
        return given;
    if (auto const given = check_given("source", source); !given)
        return given;
    return check_given("content", content);
}

INFERPP_DECL result<void> upload_pdf::prepare(http::request& message) const
{
    message.body.reserve(content.size() + 4096);
    multipart_writer form{message.body};
    form.add_field("projectIdentifier", project.text());
    if (group)
        form.add_field("groupName", *group);
    form.add_field("sourceIdentifier", source);
    if (workflow)
        form.add_field("workflow", *workflow);
    std::string json;
    if (!tags.empty()) {
        if (auto const written = encode_json(tags, json); !written)
            return written;
        form.add_field("tags", json, "application/json");
    }
    if (metadata) {
        json.clear();
        if (auto const written = encode_json(*metadata, json); !written)
            return written;
        form.add_field("metadata", json, "application/json");
    }
    form.add_file("file", "source.pdf", "application/pdf", content.view());
    form.finish();
    message.headers.set("Content-Type", form.content_type());
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::annolab

#endif
