"""What the README and the manual promise about safety, loss and privacy, and the tests that show it.

A promise is named by some of its words, and a test by its place. Whoever writes such a sentence adds it here with the
test that shows it, or takes the sentence out. Tests that kill programs and fill disks run by `pytest -m long`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PROMISES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # Lists of the settings
        "so that none is lost where two machines add some": (
            "extensions/sync/test_lists.py::test_what_two_machines_edit_is_on_both",
            "extensions/sync/test_lists.py::test_a_month_of_edits_on_three_machines",
            "commands/test_lists.py::test_a_sync_that_is_killed_at_any_moment_loses_no_entry",
        ),
        "without it these lists stay here": ("extensions/sync/test_lists.py::test_entries_stay_here_without_consent",),
        "A note or setting of yours that another machine replaced is named": (
            "commands/test_lists.py::test_what_another_machine_replaced_is_said_and_comes_back",
            "ui/test_notes.py::test_a_note_that_another_machine_replaced_is_said_and_a_key_brings_it_back",
        ),
        "never one that names a file, a program or a server": (
            "commands/test_what_leaves.py::test_a_real_file_has_what_is_listed_and_nothing_else",
        ),
        # Marks
        "your marks survive a crash": (
            "cache/marks/test_event_log.py::test_a_program_that_ended_between_journal_and_cache_loses_nothing",
            "rigs/crash/test_crash.py::test_no_kill_loses_anything",
        ),
        "safe from a crash, a full disk and two readers at once": (
            "cache/marks/test_journal.py::test_a_failed_append_leaves_the_file_as_it_was",
            "cache/marks/test_event_log.py::test_a_mark_that_the_journal_can_not_take_is_not_made",
            "rigs/crash/test_crash.py::test_no_kill_loses_anything",
            "rigs/crash/test_crash.py::test_no_small_disk_loses_anything",
            "rigs/crash/test_crash.py::test_many_programs_on_one_home_lose_nothing",
        ),
        "You can still undo tomorrow": (
            "cache/marks/test_event_log.py::test_a_lost_cache_gets_all_marks_back_as_its_papers_come",
        ),
        "`m` marks it read, `u` undoes": (
            "ui/test_marks.py::test_selected_papers_are_marked_at_once_and_one_undo_takes_it_back",
        ),
        "Take back the last mark, of one paper or many": (
            "ui/test_marks.py::test_selected_papers_are_marked_at_once_and_one_undo_takes_it_back",
        ),
        "Mark every paper in view read; undo takes it back": (
            "ui/test_marks.py::test_all_papers_are_read_by_one_key_and_unread_by_another",
        ),
        "Go back without running anything": ("ui/test_command_line.py::test_words_are_suggested_taken_and_recalled",),
        "Redo the last mark that was undone": (
            "ui/test_marks.py::test_selected_papers_are_marked_at_once_and_one_undo_takes_it_back",
        ),
        "Store the note and go back; undo takes it back": (
            "cache/marks/test_events.py::test_notes_and_tags_are_kept_and_taken_back",
        ),
        "Go back, or stop what is running; never quits": ("ui/test_ways_back.py::test_a_first_minute_key_by_key",),
        "Unfinished notes survive a crash": (
            "ui/test_notes.py::test_what_was_being_written_outlives_the_reader",
            "rigs/pty/test_leaving.py::test_a_note_that_is_being_written_outlives_a_kill",
        ),
        "take back a change of views, rules, muted words": (
            "commands/test_lists.py::test_undo_and_redo_of_commands",
            "ui/test_views.py::test_undo_takes_an_edit_of_the_settings_back_and_redo_does_it_again",
        ),
        "All that they did in a refresh is one action": (
            "refresh/test_rules.py::test_rules_act_once_on_what_comes_in_and_one_undo_takes_all_back",
        ),
        "Rules never override your own choices": (
            "refresh/test_rules.py::test_a_rule_does_nothing_against_what_the_user_did",
        ),
        "Nothing else is given to a shell": (
            "commands/test_pipe.py::test_a_command_of_the_settings_gets_what_it_asks_for_and_a_shell_only_if_asked_for",
        ),
        "A paper that you ask for by its id is left alone": (
            "refresh/test_rules.py::test_a_paper_that_is_asked_for_by_its_id_comes_without_rules",
        ),
        "leaves papers with these words out of all lists for as long as": (
            "refresh/test_rules.py::test_muted_words_hide_papers_while_the_settings_have_them",
        ),
        "Lines are only ever added": ("cache/marks/test_event_log.py::test_lines_of_the_journal_are_only_ever_added",),
        "a wrong clock does not change the order of your marks": (
            "extensions/sync/test_folder.py::test_a_wrong_clock_loses_no_mark",
        ),
        "no event of either is lost": (
            "cache/marks/test_event_log.py::test_a_program_that_ended_between_journal_and_cache_loses_nothing",
            "cache/marks/test_event_log.py::test_a_cache_from_a_backup_gets_the_later_marks",
        ),
        # What you look at
        "never moves what you look at": (
            "ui/test_list.py::test_news_moves_nothing_on_the_screen",
            "ui/test_refresh.py::test_new_papers_come_above_and_the_cursor_stays_on_its_line",
        ),
        "nothing is fetched, and nothing is kept": (
            "ui/test_start.py::test_the_sample_opens_with_no_request_and_keeps_nothing",
        ),
        "a `-v` that may become `-video` excludes nothing yet": (
            "core/test_query_typing.py::test_a_letter_by_itself_leaves_nothing_out_while_it_is_typed",
        ),
        "is a query only where papers have it, else the program asks what you meant": (
            "commands/test_command_line.py::test_what_is_not_understood_is_one_line_with_the_way_out",
        ),
        "A page that is loaded again, a second tab and a connection that breaks lose nothing": (
            "rigs/pty/test_browser.py::test_a_page_that_is_loaded_again_and_a_second_one_need_no_key_and_all_end_by_ctrl_c",
            "rigs/pty/test_served.py::test_without_its_server_it_ends_and_keeps_the_place",
            "rigs/pty/test_leaving.py::test_a_note_that_is_being_written_outlives_a_kill",
        ),
        # What others wrote
        "Your terminal never takes them for commands": (
            "ui/test_list.py::test_hostile_titles_are_drawn_literally",
            "actions/test_export.py::test_no_format_lets_an_escape_through",
            "rigs/pty/test_program.py::test_hostile_titles_reach_the_terminal_as_harmless_text",
        ),
        "it is data, never an instruction": (
            "extensions/mcp/test_tools.py::test_what_others_wrote_stands_nowhere_else",
            "extensions/mcp/test_tools.py::test_it_may_only_read_unless_the_user_says_more",
        ),
        "so it may only read": ("extensions/mcp/test_tools.py::test_it_may_only_read_unless_the_user_says_more",),
        "with `--allow-marks` it may `mark` (star, queue, tag) and `note`, but nothing else": (
            "extensions/mcp/test_tools.py::test_it_may_only_read_unless_the_user_says_more",
        ),
        "takes back all that one run of the program did": (
            "cache/marks/test_event_log.py::test_one_undo_takes_back_all_of_a_run_and_nothing_else",
        ),
        "For you learns nothing from marks of programs": (
            "extensions/mcp/test_tools.py::test_it_says_what_suits_the_user_by_the_users_own_marks",
        ),
        "A link holds an id and nothing else, or is refused": (
            "actions/test_link_handler.py::test_what_else_an_address_says_is_refused",
        ),
        "fetches nothing": (
            "extensions/digest/test_drawing.py::test_no_foreign_text_becomes_a_header_or_a_tag_or_a_link",
        ),
        # What leaves the machine
        "on this machine alone": ("cache/test_choice.py::test_what_suits_is_learned_without_the_network",),
        "Nothing is sent anywhere, and no paper is hidden by it": (
            "cache/test_choice.py::test_what_suits_is_learned_without_the_network",
            "cache/test_choice.py::test_what_is_hidden_comes_last_and_says_why",
        ),
        "whoever has the address reads and marks as you": (
            "extensions/browser/test_server.py::test_other_machines_are_warned_of",
        ),
        "the mail server's password in the keyring": (
            "extensions/digest/test_sending.py::test_the_password_is_in_the_keyring",
        ),
        "may hold the password; no other program gets it": (
            "test_access_token.py::test_a_hidden_token_is_known_to_the_program_alone",
        ),
        "gets neither password nor mail": (
            "extensions/digest/test_mail.py::test_nothing_is_sent_in_the_open_or_to_a_stranger",
        ),
        "it leaves your machine only with the rest": (
            "ui/test_marks.py::test_a_setting_switches_them_off_and_nothing_read_says_what_comes",
            "extensions/group/test_looking.py::test_each_thing_is_shared_by_choice_and_taken_back",
        ),
        "No titles and no other texts of papers, no tokens, no paths": (
            "extensions/sync/test_folder.py::test_a_file_has_marks_and_nothing_of_papers_and_homes",
        ),
        "At first you share nothing": (
            "extensions/group/test_looking.py::test_each_thing_is_shared_by_choice_and_taken_back",
        ),
        "An address with a password is refused": (
            "extensions/group/test_group.py::test_a_password_is_refused_and_never_printed",
        ),
        "with a key that never leaves your machines": (
            "extensions/group/test_looking.py::test_the_file_of_the_membership_is_private_and_its_damage_is_said",
            "extensions/group/test_looking.py::test_nobody_writes_in_anothers_name",
        ),
        "or a name that only looks like it, has the first digits of its key": (
            "extensions/group/test_looking.py::test_a_name_that_only_looks_like_one_has_a_part_of_its_key",
            "extensions/group/test_looking.py::test_of_two_that_come_at_once_with_one_name_none_has_it_alone",
        ),
        "all of an address but its host": (
            "test_log_handler.py::test_secrets_are_taken_out",
            "commands/test_bug_report.py::test_no_planted_secret_is_in_a_report_in_json_or_in_the_log",
        ),
        "No queries, paths, addresses, names or keys are in it": (
            "commands/test_bug_report.py::test_no_planted_secret_is_in_a_report_in_json_or_in_the_log",
        ),
        "Your access token is used only if `HF_TOKEN` is set": (
            "feeds/test_network.py::test_the_file_is_read_only_if_the_user_said_so",
        ),
        "It is sent only to `https://huggingface.co`": (
            "feeds/test_network.py::test_only_the_hub_and_a_named_server_may_have_the_token",
        ),
        "No program that the reader starts has it in its environment": (
            "test_access_token.py::test_a_hidden_token_is_known_to_the_program_alone",
            "commands/test_schedule.py::test_a_schedule_is_shown_then_written_then_removed",
            "refresh/test_worker.py::"
            "test_a_job_has_the_token_and_the_program_it_runs_has_the_users_environment_without_it",
        ),
        "may not lead to this machine or its network": (
            "feeds/test_network.py::test_the_local_network_is_refused",
            "feeds/test_network.py::test_a_redirect_into_the_local_network_is_not_followed",
            "feeds/test_network.py::test_a_name_server_can_not_answer_the_connection_in_another_way",
        ),
        "so with one only `localhost` and local IP addresses are refused": (
            "feeds/test_network.py::test_a_proxy_may_be_local_and_looks_up_names_itself",
        ),
        "state and log are yours alone": (
            "test_paths.py::test_folders_are_made_for_the_user_alone",
            "commands/test_home_files.py::test_what_the_program_writes_is_the_users_alone",
        ),
        "All programs then leave it alone": (
            "feeds/test_http.py::test_all_tries_refused_begin_a_pause_in_which_nothing_is_asked",
        ),
        # Other machines and people
        "a mark that was made after seeing another one always counts as later": (
            "extensions/sync/test_folder.py::test_a_wrong_clock_loses_no_mark",
        ),
        "`undo` takes back, for all machines, what was done on this one": (
            "cache/marks/test_event_log.py::test_undo_takes_back_only_what_was_done_here",
            "extensions/sync/test_union.py::test_all_machines_come_to_the_same_state_in_any_order",
        ),
        "One that is lost or set back is rewritten": (
            "extensions/sync/test_folder.py::test_a_file_that_was_lost_or_set_back_is_written_anew",
        ),
        "Then what that machine brought counts no more": (
            "extensions/sync/test_sync.py::test_two_machines_have_the_same_marks",
            "extensions/sync/test_forget.py::test_the_other_machines_forget_too_and_no_file_has_it_any_more",
        ),
        "The journal keeps all, and `sync forget MACHINE --undo`": (
            "extensions/sync/test_sync.py::test_two_machines_have_the_same_marks",
            "extensions/sync/test_forget.py::test_a_lost_cache_knows_from_the_journal_who_is_forgotten",
        ),
        "such as a pipe or a link to nothing, is named and skipped": (
            "extensions/sync/test_odd_folders.py::test_what_is_no_file_is_named_and_skipped",
        ),
        "A missing folder is reported, and nothing is lost": (
            "extensions/sync/test_folder.py::test_a_folder_that_can_not_be_used_is_said",
            "extensions/sync/test_odd_folders.py::test_a_folder_that_can_only_be_read_brings_what_others_did",
            "rigs/mishaps/test_mishaps.py::test_it_is_said_and_nothing_is_lost_and_it_heals",
        ),
        "adds nothing and takes nothing back": (
            "extensions/group/test_machines.py::test_two_machines_are_one_member_with_one_list_and_one_choice",
        ),
        "one sentence says so and what to do; nothing is lost": (
            "rigs/mishaps/test_mishaps.py::test_it_is_said_and_nothing_is_lost_and_it_heals",
        ),
        "the next run continues; there is nothing to repair": (
            "rigs/mishaps/test_mishaps.py::test_it_is_said_and_nothing_is_lost_and_it_heals",
        ),
        "so nothing is written there and you are told so": (
            "test_platform.py::test_a_file_system_without_locks_is_no_other_program",
            "rigs/mishaps/test_mishaps.py::test_it_is_said_and_nothing_is_lost_and_it_heals",
        ),
        "No mail lost, none sent twice": (
            "extensions/digest/test_sending.py::test_it_is_mailed_once",
            "extensions/digest/test_sending.py::test_what_was_refused_is_sent_later",
            "extensions/digest/test_sending.py::test_a_program_that_is_killed_as_the_mail_leaves_does_not_mail_again",
        ),
        "so nothing is left out while the machine was off": (
            "extensions/digest/test_sending.py::test_it_goes_on_from_the_last_one",
        ),
        # Files, in and out
        "are listed, not lost": ("commands/test_import.py::test_what_a_library_keeps_comes_in_once",),
        "adds what the file lacks, and changes nothing in it": (
            "commands/test_export.py::test_a_file_gets_what_it_lacks_and_no_more",
            "commands/test_export.py::test_foreign_entries_stay_byte_by_byte",
        ),
        "One `undo` takes an import back": ("commands/test_import.py::test_what_a_library_keeps_comes_in_once",),
        "in whatever order you import files, and importing a file twice changes nothing": (
            "cache/test_imports.py::test_the_newest_mark_decides_whatever_comes_first",
            "commands/test_import.py::test_a_list_is_imported_too",
        ),
        "A note or tag that loses stays in the journal": (
            "cache/test_imports.py::test_the_newest_mark_decides_whatever_comes_first",
            "extensions/sync/test_folder.py::test_of_two_notes_the_same_one_wins_and_the_other_stays_in_the_log",
        ),
        "is set where there is none, and nothing is taken away": (
            "cache/test_imports.py::test_a_mark_without_a_time_is_made_where_none_is_set",
        ),
        # A cache that breaks
        "or is not a database at all is never written to": (
            "cache/mending/test_health.py::test_a_broken_cache_is_told_and_left_as_it_is",
        ),
        "change nothing in a good cache": ("cache/mending/test_repair.py::test_a_second_repair_changes_nothing",),
        "that alone is made again, and the file as it was is copied": (
            "cache/mending/test_repair.py::test_an_index_alone_is_rebuilt_in_its_place",
        ),
        "Files that were put aside are never deleted": (
            "cache/mending/test_repair.py::test_a_broken_cache_is_replaced_and_kept",
            "cache/mending/test_repair.py::test_a_second_repair_changes_nothing",
        ),
        # Versions
        "A newer version reads every file of an older one": (
            "cache/mending/test_beginnings.py::test_a_home_has_all_that_a_reader_keeps",
            "commands/test_releases.py::test_a_home_of_each_release_is_taken_over",
            "commands/test_releases.py::test_what_each_release_has_exported_can_be_imported",
            "actions/test_schedule.py::test_a_crontab_s_other_lines_stay_and_that_of_each_release_is_replaced",
        ),
        "An older version refuses a newer cache, and leaves alone": (
            "cache/test_schema.py::test_a_newer_cache_is_refused_and_says_which_program_it_needs",
            "cache/mending/test_checks.py::test_a_line_of_a_newer_program_stays_in_the_journal",
            "extensions/sync/test_forget.py::test_what_an_older_program_could_not_read_is_read_by_a_newer_one",
            "extensions/group/test_looking.py::test_what_a_newer_program_keeps_with_the_membership_is_kept",
            "session/test_bookmarks.py::test_what_a_newer_program_has_in_the_file_stays_there",
            "session/test_visit.py::test_the_fields_of_a_newer_program_stay_in_the_file",
        ),
    }
)
"""The tests of each promise, by words of it that stand there."""

OTHERWISE = (
    *("papers that have them only in their full text", "authors are compared by name alone", "words alone decide"),
    *("the index holds only words", "yours wins; `dailypapers keys check`", "`--color=always` keeps"),
    *("counts as changed only by a new version", "only these fields", "| `undo`", "| `undone`", "above every event"),
    *("`ctrl+z` does nothing", "and only for what changed", "macOS lets only applications", "go back; never quits"),
    *("Keep the password out of the address", "share the folder only with yourself", "alone at the server"),
    *("Nothing is encrypted:", "a token for the feed, which works without one", "no colours, only weight"),
    *(
        "## Token and network",
        "All settings, the environment, and your token.",
        "collide only in a shared environment",
    ),
    *(
        "undo the last mark; `ctrl+r`",
        "uses `reader.api` alone",
        "installed only if you name it",
    ),
    *("only `ui` imports Textual"),
)
"""Words of sentences that say `only`, `alone` or `nothing` of something else, or that warn and promise nothing."""
