"""Each threat that the portal must survive from the first page on, and the tests that say so. A row without its tests fails."""

import ast

import pytest

from tests.house.source import ROOT

THREATS = {
    "T1 reading what is not yours": ("test_everywhere.py::each_page_answers_exactly_the_roles_of_the_table", "tickets/test_queue.py::a_made_up_live_address_shows_nothing_foreign",
                                     "tickets/test_search.py::what_one_may_not_see_is_neither_found_nor_counted", "visits/test_pages.py::technicians_see_the_ticket_of_their_visit_and_no_other"),
    "T2 attachments by guessing": ("trust/test_side_doors.py::each_file_is_reached_through_its_own_record_only",
                                   "trust/test_side_doors.py::a_file_of_an_internal_note_does_not_exist_behind_the_customers_link"),
    "T3 acting without the right": ("test_everywhere.py::whoever_may_not_changes_nothing", "tickets/test_steps.py::an_analyst_may_look_but_takes_no_step"),
    "T4 side parameters": ("trust/test_side_doors.py::a_field_that_names_what_is_not_there_links_nothing", "trust/test_side_doors.py::what_one_may_not_see_cannot_be_named_in_a_form",
                           "trust/test_side_doors.py::a_home_or_number_of_another_customer_cannot_be_taken"),
    "T5 mass assignment": ("trust/test_forms.py::fields_that_a_form_does_not_have_are_ignored", "trust/test_forms.py::a_customer_makes_nothing_of_a_request_but_a_request",
                           "trust/test_forms.py::the_customers_words_are_always_public_and_always_the_customers", "accounts/test_sign_in.py::extra_fields_change_nothing"),
    "T6 stored script": ("trust/test_script.py::hostile_words_in_every_stored_field_are_words_on_every_page", "trust/test_script.py::no_form_gives_hostile_words_back_alive",
                         "trust/test_script.py::error_pages_repeat_nothing_alive", "trust/test_script.py::the_policy_is_a_second_wall_on_every_answer", "house/test_templates.py::no_template_has"),
    "T7 uploads that run or kill": ("trust/test_uploads.py::what_is_no_whole_picture_is_refused_quickly_and_by_name", "trust/test_uploads.py::what_hides_behind_a_picture_does_not_survive",
                                    "trust/test_uploads.py::files_are_served_as_what_they_are_in_a_sandbox", "trust/test_uploads.py::a_document_is_always_a_download",
                                    "trust/test_uploads.py::the_place_where_a_photo_was_taken_is_gone", "trust/test_uploads.py::a_file_name_leads_nowhere"),
    "T9 public forms as a cannon": ("public/test_request.py::the_number_gets_one_message_without_words_of_the_sender", "public/test_request.py::thirty_requests_a_minute_are_stopped_by_address_and_by_number",
                                    "public/test_suggest.py::too_many_suggestions_are_stopped"),
    "T11 customer links": ("public/test_track.py::a_thousand_altered_links_get_the_same_answer", "public/test_track.py::a_link_ends_some_days_after_closing", "trust/test_traces.py::public_links_are_long_and_random",
                           "public/test_track.py::numbers_and_nonsense_open_nothing", "trust/test_traces.py::no_address_on_any_page_carries_a_person"),
    "T12 hosts and forwarded headers": ("accounts/test_trust.py::a_foreign_host_is_refused", "accounts/test_trust.py::forwarded_headers_of_anybody_are_not_believed",
                                        "trust/test_traces.py::links_in_messages_and_pages_use_the_configured_address"),
    "T13 posts of other sites, looking that acts": ("accounts/test_trust.py::posts_from_other_pages_are_refused_and_write_nothing", "accounts/test_trust.py::looking_writes_nothing"),
    "T14 accounts": ("accounts/test_sign_in.py::twelve_wrong_passwords_slow_the_name_down_even_with_the_right_one", "accounts/test_sign_in.py::wrong_password_and_unknown_name_get_the_same_answer_and_the_same_work",
                     "accounts/test_reset.py::a_link_is_over_after_half_an_hour", "accounts/test_sign_in.py::signing_in_makes_a_new_session_and_ends_the_one_that_was_brought_along",
                     "admin/test_people.py::disabling_ends_every_session_at_once_and_can_be_undone"),
    "T15 formulas in exports": ("proposals/test_standing.py::no_exported_cell_is_a_formula", "customers/test_import.py::written_cells_are_text_and_not_formulas"),
    "T16 injection": ("trust/test_addresses.py::no_address_breaks_on_strange_queries", "trust/test_forms.py::injections_find_no_more_than_words", "trust/test_forms.py::no_form_breaks_on_strange_input"),
    "T17 strange input": ("trust/test_forms.py::no_form_breaks_on_strange_input", "trust/test_forms.py::what_is_no_form_is_no_way_in", "trust/test_addresses.py::no_path_breaks_on_strange_values"),
    "T18 exhaustion": ("trust/test_uploads.py::a_body_that_would_exhaust_is_refused_in_words", "trust/test_uploads.py::a_list_is_never_longer_than_a_page", "trust/test_uploads.py::no_text_keeps_a_pattern_busy", "load/test_slow_bodies.py::uploads_that_stop_half_way_hold_up_nobody"),
    "T19 enumeration": ("accounts/test_sign_in.py::wrong_password_and_unknown_name_get_the_same_answer_and_the_same_work", "accounts/test_reset.py::a_made_up_link_looks_like_one_that_is_over",
                        "trust/test_traces.py::addresses_without_sign_in_hold_no_numbers_to_count_up"),
    "T21 leading away": ("trust/test_addresses.py::no_form_leads_away", "trust/test_addresses.py::no_page_links_to_where_its_address_says", "accounts/test_sign_in.py::next_leads_nowhere_but_here"),
    "T22 personal data in logs and addresses": ("trust/test_traces.py::no_log_line_names_a_person_a_number_or_a_secret", "trust/test_traces.py::no_address_on_any_page_carries_a_person"),
    "T24 holes in the trail": ("trust/test_traces.py::what_is_delicate_leaves_one_line_that_says_who_when_what_and_from_where", "trust/test_traces.py::the_trail_cannot_be_rewritten",
                               "admin/test_audit.py::whose_data_somebody_revealed_between_two_days_is_one_question"),
    "T25 shared phones": ("trust/test_traces.py::after_sign_out_the_browser_forgets_and_the_cookie_is_worth_nothing", "accounts/test_trust.py::pages_with_people_are_kept_by_no_cache",
                          "visits/test_outbox.py::nothing_is_sent_as_somebody_else", "e2e/test_cellar.py::another_person_on_the_same_phone_sends_nothing_of_it"),
    "nothing lost, nothing doubled": ("load/test_kills.py::nothing_acknowledged_is_lost_or_doubled_when_everything_is_killed", "test_idempotency.py::the_quicker_of_two_sendings_wins_while_the_other_shrinks_its_photo",
                                      "core/test_turns.py::notes_written_at_the_same_moment_are_all_kept", "core/test_backup.py::a_restored_copy_is_muted_until_told_otherwise"),
}


@pytest.mark.parametrize("threat", THREATS)
def test_each_threat_has_its_tests(threat):
    assert [place for place in THREATS[threat] if not _exists(*place.split("::"))] == []


def _exists(file: str, name: str) -> bool:
    path = ROOT / "tests" / file
    return path.exists() and any(isinstance(n, ast.FunctionDef) and n.name == f"test_{name}" for n in ast.walk(ast.parse(path.read_text())))
