"""Words of the audit log's actions."""

from flask_babel import lazy_gettext as _l

ACTION = {
    "signed_in": _l("signed in"),
    "signed_out": _l("signed out"),
    "sign_in_failed": _l("sign-in failed"),
    "account_added": _l("added an account"),
    "account_changed": _l("changed an account"),
    "account_disabled": _l("disabled an account"),
    "password_set": _l("set a password"),
    "password_changed": _l("changed the own password"),
    "sessions_ended": _l("ended the own other sessions"),
    "deputy_given": _l("let somebody stand in"),
    "deputy_ended": _l("ended a deputy"),
    "handed_over": _l("handed a grid over"),
    "unit_added": _l("added a unit"),
    "unit_changed": _l("changed a unit"),
    "token_issued": _l("made a token"),
    "token_revoked": _l("revoked a token"),
    "owners_assigned": _l("assigned reports anew"),
    "name_taught": _l("taught another name of a compound"),
    "name_withdrawn": _l("took another name of a compound back"),
    "audit_exported": _l("exported the audit log"),
}


def action_word(code: str) -> str:
    """An action in words; one that has none yet is its code."""
    return str(ACTION.get(code, code))
