// SPDX-License-Identifier: BSL-1.0
//
// The bodies of the test kit; see <inferpp/src.hpp>, of which it is no part, so that programs that
// only use the library do not carry it.

#ifndef INFERPP_TESTING_SRC_HPP
#define INFERPP_TESTING_SRC_HPP

#if !defined(INFERPP_SEPARATE_COMPILATION)
#error "define INFERPP_SEPARATE_COMPILATION for the whole program, or do not include this file"
#endif

#include <inferpp/testing/impl/annolab_simulator.ipp>
#include <inferpp/testing/impl/annolab_simulator_annotations.ipp>
#include <inferpp/testing/impl/annolab_simulator_exports.ipp>
#include <inferpp/testing/impl/annolab_simulator_inferences.ipp>
#include <inferpp/testing/impl/annolab_simulator_projects.ipp>
#include <inferpp/testing/impl/annolab_simulator_requests.ipp>
#include <inferpp/testing/impl/annolab_simulator_routes.ipp>
#include <inferpp/testing/impl/annolab_simulator_search.ipp>
#include <inferpp/testing/impl/annolab_simulator_sources.ipp>
#include <inferpp/testing/impl/aws_credentials.ipp>
#include <inferpp/testing/impl/aws_verifier.ipp>
#include <inferpp/testing/impl/bedrock_runtime_simulator.ipp>
#include <inferpp/testing/impl/bedrock_runtime_simulator_async.ipp>
#include <inferpp/testing/impl/bedrock_runtime_simulator_checks.ipp>
#include <inferpp/testing/impl/bedrock_runtime_simulator_guardrails.ipp>
#include <inferpp/testing/impl/bedrock_runtime_simulator_streams.ipp>
#include <inferpp/testing/impl/bedrock_service.ipp>
#include <inferpp/testing/impl/bedrock_simulator.ipp>
#include <inferpp/testing/impl/bedrock_simulator_checks.ipp>
#include <inferpp/testing/impl/bedrock_simulator_data.ipp>
#include <inferpp/testing/impl/bedrock_simulator_jobs.ipp>
#include <inferpp/testing/impl/bedrock_simulator_lists.ipp>
#include <inferpp/testing/impl/decthings_simulator.ipp>
#include <inferpp/testing/impl/decthings_simulator_accounts.ipp>
#include <inferpp/testing/impl/decthings_simulator_calls.ipp>
#include <inferpp/testing/impl/decthings_simulator_datasets.ipp>
#include <inferpp/testing/impl/decthings_simulator_debug.ipp>
#include <inferpp/testing/impl/decthings_simulator_files.ipp>
#include <inferpp/testing/impl/decthings_simulator_http.ipp>
#include <inferpp/testing/impl/decthings_simulator_launchers.ipp>
#include <inferpp/testing/impl/decthings_simulator_models.ipp>
#include <inferpp/testing/impl/decthings_simulator_routes.ipp>
#include <inferpp/testing/impl/decthings_simulator_runs.ipp>
#include <inferpp/testing/impl/decthings_simulator_sessions.ipp>
#include <inferpp/testing/impl/decthings_simulator_sockets.ipp>
#include <inferpp/testing/impl/decthings_simulator_states.ipp>
#include <inferpp/testing/impl/decthings_simulator_training.ipp>
#include <inferpp/testing/impl/decthings_simulator_versions.ipp>
#include <inferpp/testing/impl/decthings_simulator_wire.ipp>
#include <inferpp/testing/impl/fake_transport.ipp>
#include <inferpp/testing/impl/fault_proxy.ipp>
#include <inferpp/testing/impl/form_data.ipp>
#include <inferpp/testing/impl/launch_simulator.ipp>
#include <inferpp/testing/impl/launch_simulator_batches.ipp>
#include <inferpp/testing/impl/launch_simulator_bundles.ipp>
#include <inferpp/testing/impl/launch_simulator_callbacks.ipp>
#include <inferpp/testing/impl/launch_simulator_checks.ipp>
#include <inferpp/testing/impl/launch_simulator_endpoints.ipp>
#include <inferpp/testing/impl/launch_simulator_files.ipp>
#include <inferpp/testing/impl/launch_simulator_jobs.ipp>
#include <inferpp/testing/impl/launch_simulator_llm.ipp>
#include <inferpp/testing/impl/launch_simulator_llm_jobs.ipp>
#include <inferpp/testing/impl/launch_simulator_model.ipp>
#include <inferpp/testing/impl/launch_simulator_platform.ipp>
#include <inferpp/testing/impl/launch_simulator_routes.ipp>
#include <inferpp/testing/impl/launch_simulator_streams.ipp>
#include <inferpp/testing/impl/launch_simulator_tasks.ipp>
#include <inferpp/testing/impl/manual_clock.ipp>
#include <inferpp/testing/impl/modzy_simulator.ipp>
#include <inferpp/testing/impl/modzy_simulator_catalog.ipp>
#include <inferpp/testing/impl/modzy_simulator_inferences.ipp>
#include <inferpp/testing/impl/modzy_simulator_inputs.ipp>
#include <inferpp/testing/impl/modzy_simulator_jobs.ipp>
#include <inferpp/testing/impl/modzy_simulator_lists.ipp>
#include <inferpp/testing/impl/modzy_simulator_models.ipp>
#include <inferpp/testing/impl/modzy_simulator_results.ipp>
#include <inferpp/testing/impl/modzy_simulator_routes.ipp>
#include <inferpp/testing/impl/s3_simulator.ipp>
#include <inferpp/testing/impl/s3_simulator_uploads.ipp>
#include <inferpp/testing/impl/s3_simulator_wire.ipp>
#include <inferpp/testing/impl/simulator.ipp>
#include <inferpp/testing/impl/simulator_connections.ipp>
#include <inferpp/testing/impl/simulator_messages.ipp>
#include <inferpp/testing/impl/simulator_streams.ipp>
#include <inferpp/testing/impl/simulator_websockets.ipp>
#include <inferpp/testing/impl/zip_writer.ipp>

#endif
