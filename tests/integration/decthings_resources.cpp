// SPDX-License-Identifier: BSL-1.0
//
// A client of Decthings and the simulated platform: datasets, files, images, organizations, users.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/decthings_world.hpp"

using namespace inferpp;
using namespace inferpp::decthings;
using namespace std::chrono_literals;
using namespace support::decthing;

namespace {

/// The code of the platform's error.
api_code code_of(error const& e)
{
    auto const said = api_error_of(e);
    REQUIRE(said);
    return said->code;
}

std::vector<parameter_definition> image_keys()
{
    tensor_rules images;
    images.allowed_types.emplace_back(element_type::u8);
    images.shape = {-1, 2};
    tensor_rules labels;
    labels.allowed_types.emplace_back(element_type::string);
    std::vector<parameter_definition> keys;
    keys.emplace_back("label", labels);
    keys.emplace_back("image", images);
    return keys;
}

tensor image(std::uint8_t first)
{
    return tensor{std::vector<std::uint8_t>{first, 2}, {1, 2}};
}

tensor label(std::string text)
{
    return tensor{std::move(text)};
}

std::vector<tensor> all(tensor one)
{
    std::vector<tensor> list;
    list.push_back(std::move(one));
    return list;
}

std::vector<tensor> all(tensor one, tensor other)
{
    auto list = all(std::move(one));
    list.push_back(std::move(other));
    return list;
}

} // namespace

TEST_CASE("a dataset is made, filled, read in part, cut and deleted")
{
    simulated_world here;
    auto const client = here.client();
    create_dataset make{"digits", image_keys()};
    make.tags.emplace_back("task", "reading");
    auto const made = here.run(client.send(make));
    CHECK(code_of(here.error_of(client.send(make))) == api_code::name_already_used);

    add_entries add{made.dataset_id};
    add.keys.add("label", all(label("one"), label("two")));
    add.keys.add("image", all(image(1), image(2)));
    add.dataset_version_id = made.dataset_version_id;
    auto const filled = here.run(client.send(add));
    CHECK(filled.new_dataset_version_id != made.dataset_version_id);
    // Sent once more, as after an answer that was lost, the version tells that it was done.
    error const e = here.error_of(client.send(add));
    CHECK(code_of(e) == api_code::incorrect_version_id);
    CHECK(api_error_of(e)->dataset_version_id == filled.new_dataset_version_id);

    auto const part = here.run(client.send(get_entries{made.dataset_id, {1, 7}}));
    CHECK(part.keys == std::vector<std::string>{"label", "image"});
    REQUIRE(part.entries.size() == 1); // there is no seventh
    CHECK(part.entries[0].index == 1);
    CHECK(part.at(0, "label") == label("two"));
    CHECK(part.at(0, "image").view<std::uint8_t>()(0, 0) == 2);
    CHECK_THROWS_AS((void)part.at(0, "colour"), failure);
    auto const range =
        here.run(client.send(get_entries{made.dataset_id, entry_selection::range(0, 5)}));
    CHECK(range.entries.size() == 2);

    // The model gets them.
    create_state state{"model-1", "n", small_machine()};
    state.params.emplace_back("image", dataset_reference{made.dataset_id, "image"});
    here.run(
        client.send(set_active_state{"model-1", here.run(client.send(state)).value().state_id}));
    CHECK(here.run(client.send(evaluate{"model-1"})).value().at("sum").value<double>() == 7);

    auto const removed = here.run(client.send(remove_entries{made.dataset_id, {0}}));
    CHECK(removed.removed_bytes > 0);
    CHECK(removed.new_waiting_to_remove_amount == 1);
    CHECK(here.run(client.send(get_entries{made.dataset_id, {0}})).at(0, "label") == label("two"));
    CHECK(code_of(here.error_of(client.send(remove_entries{made.dataset_id, {1}}))) ==
          api_code::index_out_of_range);

    update_dataset change{made.dataset_id};
    change.properties.name = "numerals";
    change.properties.description = "read them";
    here.run(client.send(change));
    get_datasets list;
    list.filter.emplace().search_name = "numer";
    auto const found = here.run(client.send(list));
    REQUIRE(found.datasets.size() == 1);
    CHECK(found.datasets[0].description == "read them");
    CHECK(found.datasets[0].entries.count == 1);
    CHECK(found.datasets[0].entries_waiting_to_be_deleted.count == 1);
    CHECK(found.datasets[0].tags.at(0).value == "reading");
    CHECK(found.datasets[0].keys.at(1).rules.allowed_types.at(0) == element_type::u8);
    CHECK(found.datasets[0].keys.at(1).rules.shape == std::vector<std::int64_t>{-1, 2});
    here.run(client.send(delete_dataset{made.dataset_id}));
    CHECK(here.error_of(client.send(get_entries{made.dataset_id, {0}})) == condition::not_found);
}

TEST_CASE("entries are reviewed before they belong to a dataset")
{
    simulated_world here;
    auto const client = here.client();
    auto const made = here.run(client.send(create_dataset{"digits", image_keys()}));
    add_entries_to_needs_review add{made.dataset_id};
    add.keys.add("label", all(label("7?"), label("smudge")));
    add.keys.add("image", all(image(7), image(9)));
    here.run(client.send(add));
    auto const unsure = here.run(client.send(get_needs_review_entries{made.dataset_id, {0, 1}}));
    REQUIRE(unsure.entries.size() == 2);
    CHECK(unsure.at(0, "label") == label("7?"));

    finalize_needs_review_entries sure{made.dataset_id, {0}};
    sure.keys.add("label", all(label("seven")));
    sure.keys.add("image", all(unsure.at(0, "image")));
    CHECK(here.run(client.send(sure)).removed_bytes_from_needs_review > 0);
    CHECK(here.run(client.send(remove_needs_review_entries{made.dataset_id, {0}})).removed_bytes >
          0);
    CHECK(here.run(client.send(get_needs_review_entries{made.dataset_id, {0}})).entries.empty());
    auto const kept = here.run(client.send(get_entries{made.dataset_id, {0}}));
    CHECK(kept.at(0, "label") == label("seven"));
    CHECK(kept.at(0, "image") == image(7));
}

TEST_CASE("a dataset takes what its keys allow, and no more than fits")
{
    testing::decthings_simulator_options with;
    with.entry_limit = 1;
    simulated_world here{with};
    auto const client = here.client();
    auto const made = here.run(client.send(create_dataset{"digits", image_keys()}));
    add_entries wrong{made.dataset_id};
    wrong.keys.add("label", all(label("one")));
    wrong.keys.add("image", all(label("not an image")));
    error e = here.error_of(client.send(wrong));
    CHECK(code_of(e) == api_code::invalid_parameter);
    CHECK(api_error_of(e)->parameter_name == "keys");
    add_entries add{made.dataset_id};
    add.keys.add("label", all(label("one"), label("two")));
    add.keys.add("image", all(image(1), image(2)));
    e = here.error_of(client.send(add));
    CHECK(code_of(e) == api_code::limit_exceeded);
    CHECK(here.run(client.send(get_entries{made.dataset_id, {0}})).entries.empty());
}

TEST_CASE("files of a model are made, written, read, moved, linked and removed")
{
    simulated_world here;
    auto const client = here.client();
    std::string const of = "model-1";
    auto const folder = here.run(client.send(make_folder{of, root_inode, "src"})).inode;
    auto const made = here.run(client.send(make_file{of, folder, "m\xc3\xa4in.py"}));
    CHECK(made.stat.mode == 0100644);
    CHECK(code_of(here.error_of(client.send(make_file{of, folder, "m\xc3\xa4in.py"}))) ==
          api_code::entry_exists);

    std::string const code(100'000, '#');
    CHECK(here.run(client.send(write_file{of, made.inode, code})).bytes_written == 100'000);
    write_file part{of, made.inode, "import x", 10};
    part.truncate = true;
    here.run(client.send(part));
    CHECK(here.run(client.send(read_file{of, made.inode, 8, 100})).data.view() == "##import x");
    CHECK(here.run(client.send(read_file{of, made.inode, 100, 1})).data.empty());

    set_file_attributes set{of, made.inode};
    set.mode = 0755;
    set.size = 4;
    set.mtime = file_time{1'700'000'000, 5};
    auto const changed = here.run(client.send(set)).stat;
    CHECK(changed.mode == 0100755);
    CHECK(changed.size == 4);
    CHECK(changed.mtime == 1'700'000'000);
    CHECK(changed.mtime_nsec == 5);
    CHECK(here.run(client.send(get_file_attributes{of, made.inode})).stat.mode == 0100755);

    auto const link =
        here.run(client.send(make_symbolic_link{of, folder, "latest", "m\xc3\xa4in.py"}));
    CHECK(here.run(client.send(read_link{of, link.inode})).data.view() == "m\xc3\xa4in.py");
    CHECK(code_of(here.error_of(client.send(read_link{of, made.inode}))) == api_code::invalid_file);
    CHECK(here.run(client.send(link_file{of, made.inode, root_inode, "copy"})).stat.nlink == 2);
    here.run(client.send(remove_file{of, root_inode, "copy"}));
    here.run(client.send(copy_file{of, folder, root_inode, "backup"}));
    here.run(client.send(rename_file{of, folder, "latest", root_inode, "new"}));
    CHECK(code_of(here.error_of(client.send(lookup_file{of, folder, "latest"}))) ==
          api_code::no_entry);

    std::map<std::string, std::uint32_t> names;
    for (auto const& one : here.run(client.send(read_folder{of, root_inode})).entries)
        names[one.basename.str()] = one.filetype;
    CHECK(names == std::map<std::string, std::uint32_t>{{"backup", 4}, {"new", 10}, {"src", 4}});
    auto const inside = here.run(client.send(read_folder{of, folder})).entries;
    REQUIRE(inside.size() == 1);
    CHECK(inside[0].basename == file_name{"m\xc3\xa4in.py"});
    CHECK(inside[0].ino == made.inode);

    // A snapshot keeps them as they were.
    auto const snapshot = here.run(client.send(snapshot_model{of, "before"})).snapshot_id;
    CHECK(code_of(here.error_of(client.send(remove_folder{of, root_inode, "src"}))) ==
          api_code::not_empty);
    here.run(client.send(remove_tree{of, root_inode, "src"}));
    CHECK(here.error_of(client.send(read_file{of, made.inode, 0, 1})) == condition::not_found);
    read_file old{of, made.inode, 0, 100};
    old.snapshot_id = snapshot;
    CHECK(here.run(client.send(old)).data.view() == "####");
    old.version_id = "v";
    CHECK(here.error_of(client.send(old)) == condition::invalid_argument);

    here.run(client.send(make_folder{of, root_inode, "empty"}));
    here.run(client.send(remove_folder{of, root_inode, "empty"}));
    // A folder does not go below itself.
    auto const backup = here.run(client.send(lookup_file{of, root_inode, "backup"})).inode;
    CHECK(code_of(here.error_of(client.send(
              rename_file{of, root_inode, "backup", backup, "itself"}))) == api_code::invalid_file);
}

TEST_CASE("repositories of images are made, changed, listed and deleted")
{
    simulated_world here;
    auto const client = here.client();
    create_repository make{"base"};
    make.description = "what all use";
    here.run(client.send(make));
    CHECK(code_of(here.error_of(client.send(make))) == api_code::name_already_used);
    update_repository change{"base"};
    change.properties.public_access = true;
    here.run(client.send(change));
    auto repositories = client.pages(get_repositories{});
    auto const found = here.run(repositories.next());
    REQUIRE(found);
    CHECK(found->description == "what all use");
    CHECK(found->public_access);
    CHECK(found->owner.username == "ada");
    CHECK(found->access == access_level::readwrite);
    CHECK(!here.run(repositories.next()));
    here.run(client.send(delete_repository{"base"}));
    CHECK(code_of(here.error_of(client.send(delete_repository{"base"}))) ==
          api_code::repository_not_found);
}

TEST_CASE("an organization invites, promotes, loses members and ends")
{
    simulated_world here;
    auto const client = here.client();
    auto const id = here.run(client.send(create_organization{"acme"})).organization_id;
    CHECK(code_of(here.error_of(client.send(create_organization{"acme"}))) ==
          api_code::name_in_use);
    std::vector<invited_user> guests;
    guests.emplace_back("grace@example.org");
    here.run(client.send(invite_users{id, guests}));
    get_organizations list;
    list.filter.emplace().ids = {id};
    CHECK(here.run(client.send(list)).organizations.at(0).pending_invites->users.at(0).email ==
          "grace@example.org");
    here.run(client.send(respond_to_invitation{id, true}));
    CHECK(code_of(here.error_of(client.send(respond_to_invitation{id, true}))) ==
          api_code::invite_not_found);
    here.run(client.send(assign_role{id, {"user-2", member_role::editor}}));
    auto const members = here.run(client.send(list)).organizations.at(0).members;
    REQUIRE(members.size() == 2);
    CHECK(members[0].role == member_role::admin);
    CHECK(members[1].username == "grace");
    CHECK(members[1].role == member_role::editor);
    here.run(client.send(remove_users{id, {"user-2"}}));
    CHECK(code_of(here.error_of(client.send(remove_users{id, {"user-2"}}))) ==
          api_code::member_not_found);
    here.run(client.send(delete_organization{id}));
    CHECK(here.run(client.send(list)).organizations.empty());
}

TEST_CASE("users are found, notified of trainings, and told what they cost")
{
    simulated_world here;
    auto const client = here.client();
    auto const found = here.run(client.send(find_users{"gra"})).users;
    REQUIRE(found.size() == 1);
    CHECK(here.run(client.send(get_users{{found[0].user_id}})).users.at(0).username == "grace");

    train const op{"model-1", "better", small_machine()};
    auto const done = here.run(client.run(op, {.deadline = 1h}));
    auto const notes = here.run(client.send(get_notifications{})).notifications;
    std::vector<notification> of_training;
    for (auto const& one : notes)
        if (one.data.type == notification_type::training_finished)
            of_training.push_back(one);
    REQUIRE(of_training.size() == 1);
    CHECK(of_training[0].data.training_session_id == done.id);
    CHECK(of_training[0].data.new_name == "better");
    CHECK(of_training[0].data.state == training_phase::completed);
    CHECK(!of_training[0].viewed);
    auto const& id = of_training[0].id;
    here.run(client.send(set_notification{id, notification_action::viewed}));
    get_notifications ask;
    ask.notification_ids = {id};
    CHECK(here.run(client.send(ask)).notifications.at(0).viewed);
    here.run(client.send(set_notification{id, notification_action::delete_}));
    CHECK(here.run(client.send(ask)).notifications.empty());

    auto const bill = here.run(client.send(get_billing_stats{}));
    CHECK(bill.year >= 2024);
    CHECK(bill.month.value() != month::unknown);
    CHECK(bill.per_day.at(0).models.evaluations.amount == 1);
    CHECK(bill.total_cost == here.run(client.send(estimate_amount_due{})).amount);
    get_billing_stats past;
    past.billing_cycle = billing_cycle{2024, month::feb};
    CHECK(here.run(client.send(past)).month == month::feb);
    auto const quotas = here.run(client.send(get_quotas{})).quotas;
    CHECK(quotas.at(0).limit == 100);
    CHECK(quotas.at(0).history.at(0).max_used == 1);
    CHECK(!quotas.at(0).used);

    simulated_world later{with_versions()};
    CHECK(later.run(later.client().send(get_quotas{})).quotas.at(0).used == 1);
}
