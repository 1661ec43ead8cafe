"""The table of roles: complete, sane, and the same in the documents."""

from pathlib import Path

import pytest

from gridmap.access import GRANTS, LEVELS, Permission, Reach, Role, may

SECURITY = Path(__file__).resolve().parents[2] / "docs" / "security.md"
_HEAD = "| role | permissions | reports | area |\n|---|---|---|---|\n"


def roles_table() -> str:
    """The table as docs/security.md shows it; put what a failing test prints there."""
    rows = []
    for role, grant in GRANTS.items():
        permissions = ", ".join(f"`{one}`" for one in Permission if one in grant.permissions)
        levels = ", ".join(level for level in LEVELS if level in grant.levels) or "unit"
        rows.append(f"| `{role}` | {permissions} | {grant.reports} | {levels} |\n")
    return _HEAD + "".join(rows)


def test_the_documents_show_the_table() -> None:
    shown = SECURITY.read_text(encoding="utf-8")
    assert roles_table() in shown, f"docs/security.md should have\n{roles_table()}"


def test_every_role_has_a_row() -> None:
    assert set(GRANTS) == set(Role)


@pytest.mark.parametrize("role", Role)
def test_a_row_is_sane(role: Role) -> None:
    grant = GRANTS[role]
    assert set(grant.levels) <= set(LEVELS)
    assert Permission.VIEW_MAP in grant.permissions
    assert grant.by_unit == (grant.reports in (Reach.UNIT, Reach.COMPOUNDS))
    if Permission.VIEW_FIGURES in grant.permissions or Permission.EXPORT in grant.permissions:
        assert Permission.VIEW_REPORTS in grant.permissions
    if Permission.MANAGE_ACCOUNTS in grant.permissions:
        assert Permission.HAND_OVER in grant.permissions


@pytest.mark.parametrize("role", [role for role in Role if may(role, Permission.VIEW_HOMES)])
def test_homes_are_for_small_areas_and_not_for_those_who_manage(role: Role) -> None:
    grant = GRANTS[role]
    assert grant.reports is Reach.AREA
    assert set(grant.levels) <= {"community", "grid"}
    assert not grant.permissions & {Permission.MANAGE_ACCOUNTS, Permission.VIEW_AUDIT, Permission.MANAGE_DATA}


def test_accounts_and_the_audit_log_are_the_administrator_s() -> None:
    for permission in (Permission.MANAGE_ACCOUNTS, Permission.VIEW_AUDIT):
        assert [role for role in Role if may(role, permission)] == [Role.ADMIN]


def test_who_files_only_the_own_sees_no_figures() -> None:
    for role, grant in GRANTS.items():
        if grant.reports in (Reach.OWN, Reach.COMPOUNDS):
            assert not grant.permissions & {Permission.VIEW_FIGURES, Permission.EXPORT, Permission.VIEW_HOMES}, role
