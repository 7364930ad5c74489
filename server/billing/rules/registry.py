"""The fee rules that a tariff can name. A new rule is one file here and one row in this table."""

RULES = {
    "by_area": "按建筑面积 By area",
    "fixed": "按数量固定 Fixed for each",
    "shared_electricity": "公摊电费，按表按面积 Shared electricity by meter and area",
}


def rule_choices() -> list[tuple[str, str]]:
    return list(RULES.items())
