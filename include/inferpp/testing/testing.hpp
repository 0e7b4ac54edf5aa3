// SPDX-License-Identifier: BSL-1.0
//
// The test kit: everything that a program needs to test its own code without a platform. Bound to
// no test framework.

#ifndef INFERPP_TESTING_TESTING_HPP
#define INFERPP_TESTING_TESTING_HPP

#include <inferpp/testing/annolab_simulator.hpp>
#include <inferpp/testing/aws_credentials.hpp>
#include <inferpp/testing/aws_verifier.hpp>
#include <inferpp/testing/bedrock_runtime_simulator.hpp>
#include <inferpp/testing/bedrock_service.hpp>
#include <inferpp/testing/bedrock_simulator.hpp>
#include <inferpp/testing/decthings_simulator.hpp>
#include <inferpp/testing/fake_transport.hpp>
#include <inferpp/testing/fault_proxy.hpp>
#include <inferpp/testing/launch_simulator.hpp>
#include <inferpp/testing/manual_clock.hpp>
#include <inferpp/testing/modzy_simulator.hpp>
#include <inferpp/testing/s3_simulator.hpp>
#include <inferpp/testing/simulator.hpp>
#include <inferpp/testing/zip_writer.hpp>

#endif
