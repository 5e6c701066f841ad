from serving.feeds.report_notes import metric_changes, rule_dates


def test_rule_dates_stand_in_their_periods():
    placed = {each.day: each.period for each in rule_dates(("2025-03", "2025-04", "2025-05", "2025-06"), "month")}
    assert placed == {
        "2021-08-01": None,
        "2025-03-12": "2025-03",
        "2025-05-12": "2025-05",
        "2025-06-05": "2025-06",
    }


def test_a_report_without_periods_places_no_date():
    assert {each.period for each in rule_dates((), "all")} == {None}


def test_every_date_is_told_in_both_languages():
    assert all(each.text and each.text_zh for each in rule_dates((), "all"))


def test_the_meaning_of_the_disclosure_rate_is_told_to_have_changed():
    assert any("disclosure_rate" in change.text for change in metric_changes())


def test_every_change_is_told_in_both_languages():
    assert all(change.text and change.text_zh for change in metric_changes())
