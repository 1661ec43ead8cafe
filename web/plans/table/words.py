"""What the scripts of the planning table say; words in braces are filled in there."""

from flask_babel import gettext as _
from flask_babel import pgettext


def table_words() -> dict[str, object]:
    """All texts by name, in the language of the page."""
    return {
        **_figures(),
        **_units(),
        **_actions(),
        **_answers(),
        **_saving(),
        **_suggesting(),
        **_hints(),
        "then": pgettext("planning table", "; "),
        "no_grid": pgettext("planning table", "no grid"),
        "none_chosen": _("no grid chosen"),
        "read_only": _("This plan can only be looked at."),
        "offline": _("The server cannot be reached. Your changes stay in this browser; try again."),
        "failed": _("That did not work. Try again."),
        "settled": pgettext("planning table", "settled"),
        "of_version": _("version {version}"),
    }


def _figures() -> dict[str, str]:
    return {
        "households_short": pgettext("after a number", " households"),
        "households_count": _("{households} households"),
        "units_households": _("{units} units, {households} households"),
        "hours_a_year": _("{hours} hours a year"),
        "bounds_in": _("within the bounds"),
        "bounds_under": _("below the bounds"),
        "bounds_over": _("above the bounds"),
        "bounds_free": _("no bounds for this kind"),
        "one_piece": _("in one piece"),
        "pieces": _("in {pieces} pieces"),
        "no_units": _("no units yet"),
        "contiguous": pgettext("planning table", "all"),
        "not_contiguous": pgettext("planning table", "not all"),
        "grids_apart": _("{grids} in pieces"),
        "metres": _("{metres} m"),
        "locked": pgettext("planning table", "locked"),
        "lock": pgettext("planning table", "Lock"),
        "unlock": pgettext("planning table", "Unlock"),
        "lock_grid": _("Lock {grid}"),
        "unlock_grid": _("Unlock {grid}"),
        "fixed_grid": _("{grid} stays as it is"),
        "fixed_words": _("stays as it is"),
    }


def _units() -> dict[str, str]:
    return {
        "kind_general": _("General grid"),
        "kind_special": _("Special grid"),
        "kind_rural": _("Rural grid"),
        "kind_pastoral": _("Pastoral grid"),
        "unit_compound": _("Compound"),
        "unit_compound_part": _("Part of a compound"),
        "unit_block": _("Block"),
        "unit_block_part": _("Part of a block"),
        "unit_open": _("Open ground"),
        "unit_water": _("Water"),
        "unit_rail": _("Railway"),
        "unit_fixed": _("Grid that stays as it is"),
        "unit_spoken": _("{unit}, unit {number}, {households} households, {grid}"),
    }


def _actions() -> dict[str, str]:
    """Names of actions, for undo and redo."""
    return {
        "did_assign": _("assign units"),
        "did_brush": _("brush stroke"),
        "did_new": _("new grid"),
        "did_remove": _("remove a grid"),
        "did_rename": _("name and kind"),
        "did_join": _("join two grids"),
        "did_split": _("split a grid"),
        "did_suggest": _("suggestion"),
        "did_finish-rest": _("finish the rest"),
        "did_rebalance": _("re-balance"),
        "did_version": _("another version"),
        "did_import": _("import of a file"),
        "did_merge": pgettext("planning table", "merge"),
        "did_restore": _("work that was kept"),
        "did_decide": _("decision between two versions"),
    }


def _answers() -> dict[str, str]:
    """What an action answers."""
    return {
        "moved": _("{units} units ({households} households) to {grid}"),
        "moved_out": _("{units} units ({households} households) are in no grid now"),
        "refused_locked": _("{units} units stay: their grid is locked"),
        "refused_fixed": _("{units} units stay: their grid stays as it is"),
        "refused_community": _("{units} units stay: a grid never crosses a community"),
        "grid_locked": _("{grid} is locked. Unlock it first."),
        "grid_now_locked": _("{grid} is locked."),
        "grid_now_unlocked": _("{grid} is unlocked."),
        "all_locked": _("{grids} grids are locked."),
        "all_unlocked": _("{grids} grids are unlocked."),
        "undone": _("Taken back: {action}"),
        "redone": _("Done again: {action}"),
        "undo_locked": _("Not taken back: {grid} is locked. Unlock it first."),
        "nothing_left": _("There is nothing to take back or to do again."),
        "choose_first": _("Choose a grid first: in the table, or with the tool Look."),
        "new_name": _("New grid {number}"),
        "new_made": _("{grid} is chosen: units that you click go to it."),
        "removed": _("{grid} is removed; {units} units are in no grid now."),
        "join_community": _("These grids are in different communities."),
        "join_apart": _("{one} and {other} are not neighbours."),
        "joined": _("{other} belongs to {one} now."),
        "split_name": _("{grid}, part 2"),
        "split_nothing": _("The line crosses no grid."),
        "split_one_side": _("All units of {grid} lie on one side of the line."),
        "was_split": _("{grid} is split: {one} and {other} households."),
        "rectangle_empty": _("No unit has its middle in the rectangle."),
        "corner_set": _("First corner set. Go to the other corner and press Enter."),
        "none_unassigned": _("Every unit is in a grid."),
        "unassigned_found": _("{units} units with {households} households are in no grid."),
        "erasing": _("Units are taken out of their grid now."),
        "not_erasing": _("Units go to {grid} now."),
        "kept_locked": _("Done. {units} units of locked grids stayed as they were."),
    }


def _saving() -> dict[str, str]:
    return {
        "unsaved": _("not saved"),
        "saved_version": _("version {version}, saved"),
        "next_version": _("It becomes version {version}."),
        "still_open": _("Still open: {unassigned} units in no grid, {apart} grids in pieces, {outside} outside the bounds."),
        "saved": _("Saved as version {version}."),
        "stale_words": _("{author} saved version {version} while you were drawing. Your changes are not saved yet."),
        "left": _("Version {version} is on the table; your changes are gone."),
        "restored": _("Your changes are back."),
        "conflict_count": _("{units} units were changed by both. What the other saved stands; take back what you want otherwise."),
        "conflict_none": _("Nothing was changed by both. Look at the result and save it."),
        "conflict_mine": _("mine: {grid}"),
        "conflict_theirs": _("theirs: {grid}"),
    }  # fmt: skip


def _suggesting() -> dict[str, str]:
    return {
        "task_suggest": _("Suggest from scratch"),
        "task_finish-rest": _("Finish the rest"),
        "task_rebalance": _("Re-balance, keeping what is locked"),
        "task_words_suggest": _("All grids are drawn anew; {locked} locked ones stay as they are."),
        "task_words_finish-rest": _("{unassigned} units are in no grid. They come to new grids or to those that are too small; what is in a grid stays there."),
        "task_words_rebalance": _("Grids are evened out with as few changes as you wish; {locked} locked ones stay as they are."),
        "weight_0": _("does not matter"),
        "weight_1": pgettext("planning table", "usual"),
        "weight_2": pgettext("planning table", "important"),
        "weight_3": pgettext("planning table", "very important"),
        "waiting": _("Waiting for a free place ..."),
        "working": _("Grids are being searched for ..."),
        "cancelling": _("Being cancelled ..."),
        "suggest_cancelled": _("The suggestion was cancelled."),
        "suggest_done": _("Suggested: {grids} grids, {within} of {bound} within the bounds. It can be taken back."),
        "suggest_kept": _("{units} units would have changed a locked grid and did not"),
    }  # fmt: skip


def _hints() -> dict[str, object]:
    return {
        "hint_pick": _("Click a unit to see what it is and to choose its grid."),
        "hint_click": _(
            "Click units: they go to the chosen grid. Shift: the whole compound. Alt: choose the grid here."
        ),
        "hint_rectangle": _("Click two corners: units whose middle lies inside."),
        "hint_brush": _("Draw over units. Two fingers or Shift and arrows move the map."),
        "hint_split": _("Click points of a line across a grid; end it with a double click."),
        "hint_join": _("Click the neighbour that the chosen grid shall take in."),
        "hint_comment": _("Click the place that you want to comment on."),
        "draw_hints": {
            "firstVertex": _("Click the first point"),
            "continueLine": _("Click the next point"),
            "finishLine": _("Double click to end"),
            "startRectangle": _("Click the first corner"),
            "finishRect": _("Click the other corner"),
        },
    }


def help_lines() -> list[str]:
    """How one works at the table."""
    return [
        _("Choose a grid in the table or on the map; units that you click, frame or brush then go to it."),
        _("Locked grids never change, not by undo either. Grids marked with a pin stay as they are in this plan."),
        _("A grid never crosses a community: units of another one stay where they are."),
        _("Suggestions, files and other versions come onto the table as one action that can be taken back."),
        _("Nothing is stored before you save; this browser keeps what you have not saved."),
    ]


def help_keys() -> list[tuple[tuple[str, ...], str]]:
    """Keys and what they do."""
    return [
        (("←", "↑", "→", "↓"), _("go to the next unit in this direction")),
        ((",", "."), _("previous or next unit by number")),
        (("Enter",), _("use the tool at the unit: assign, corner, point of a line, brush, join")),
        (("Shift+Enter",), _("assign its whole compound")),
        (("1", "…", "7"), _("tools: look, click, rectangle, brush, split, join, comment")),
        (("G",), _("choose the grid of the unit")),
        (("N",), _("new grid")),
        (("E",), _("take units out of their grid, or into the chosen one again")),
        (("Del",), _("take the unit out of its grid")),
        (("U",), _("next unit that is in no grid")),
        (("L",), _("lock or unlock the chosen grid")),
        (("Shift+L",), _("lock all grids, or unlock them")),
        (("[", "]"), _("smaller or larger brush")),
        (("C",), _("only within one compound")),
        (("F",), _("end the line that splits")),
        (("Esc",), _("give up what was begun")),
        (("+", "−"), pgettext("planning table", "zoom")),
        (("Shift+←", "Shift+→"), _("move the map")),
        (("Ctrl+Z", "Ctrl+Y"), _("undo, redo")),
        (("Ctrl+S",), pgettext("planning table", "save")),
        (("?",), _("this help")),
    ]
