/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/alerts/rules_file.h"

#include "tests/unit/cmocka_all.h"

#define RULE(text) "version: 1\nrules:\n- " text "\n"
#define THRESHOLD(text) "version: 1\nthresholds:\n- {name: mine, where: qtype=AAAA" text "}\n"

static const char whole[] =
	"version: 1\n"
	"rules:\n"
	"- {signal: TC-SHARE, level: warning, for: 5m, clear: 10m, deliver: [log]}\n"
	"- {signal: source-*, scope: 'network 2001:db8:dead::*', stream: rec, off: yes}\n"
	"- {signal: '*', mute: ['sat,sun 00:00-24:00', '2026-12-24T00:00Z/2026-12-27T00:00Z'], deliver: webhook}\n"
	"thresholds:\n"
	"- name: bogus-rate\n"
	"  where: val=bogus and not cd\n"
	"  rate: above 10/min\n"
	"  for: 2m\n"
	"  by: zone\n"
	"  level: critical\n"
	"  text: Validation fails.\n"
	"- {name: slow, where: us>500ms, share: above 2.5%, of: 'qtype in (A, AAAA)', window: 5m, stream: rec}\n";

static struct rules_file *load(const char *text, int want, struct finding_list *findings)
{
	struct rules_file *file = NULL;
	int err = rules_file_load_text("rules.yaml", span_text(text), findings, &file);
	if (err != want)
		fail_msg("%s: %s: %s", text, err_text(err),
			 finding_count(findings) > 0 ? finding_at(findings, 0)->cause : "");
	return file;
}

static void test_whole_file(void **state)
{
	struct finding_list *findings = finding_list_new();
	struct rules_file *file = load(whole, ERR_OK, findings);
	const struct alert_rules *rules = rules_file_rules(file);
	(void)state;
	assert_int_equal(rules->rule_count, 3);
	assert_int_equal(rules->rules[0].conduct.least, SIGNAL_WARNING);
	assert_int_equal(rules->rules[0].conduct.for_s, 300);
	assert_int_equal(rules->rules[0].conduct.calm_s, 600);
	assert_int_equal(rules->rules[0].conduct.sinks, ALERT_SINK_LOG);
	assert_true(rules->rules[1].conduct.is_off);
	assert_int_equal(rules->rules[1].stream, STREAM_RECURSIVE);
	assert_false(rules->rules[1].has_for);
	assert_int_equal(rules->rules[2].conduct.mute_count, 2);
	assert_int_equal(rules->rules[2].conduct.sinks, ALERT_SINK_WEBHOOK);
	assert_int_equal(rules->threshold_count, 2);
	assert_string_equal(rules->thresholds[0].name, "bogus-rate");
	assert_int_equal(rules->thresholds[0].by, SCOPE_ZONE);
	assert_int_equal(rules->thresholds[0].level, SIGNAL_CRITICAL);
	assert_true(rules->thresholds[0].limit == 10 && rules->thresholds[0].of == NULL);
	assert_true(rules->thresholds[1].limit > 0.0249 && rules->thresholds[1].limit < 0.0251);
	assert_non_null(rules->thresholds[1].of);
	assert_int_equal(rules->thresholds[1].window_s, 300);
	assert_int_equal(rules_file_sinks(file), ALERT_SINK_LOG | ALERT_SINK_WEBHOOK);
	rules_file_free(file);
	finding_list_free(findings);
}

/* A file, and the one finding it gives: code and place. */
static const struct {
	const char *text;
	int result;
	const char *code;
	uint32_t line, column;
} faults[] = {
	{"", ERR_SYNTAX, "CFG-01", 0, 0},
	{"- a\n", ERR_SYNTAX, "CFG-01", 1, 1},
	{"rules: []\n", ERR_FINDINGS, "CFG-05", 1, 1},
	{"version: 2\n", ERR_FINDINGS, "CFG-06", 1, 10},
	{"version: 1\nrule: []\n", ERR_FINDINGS, "CFG-02", 2, 1},
	{"version: 1\nrules: {}\n", ERR_FINDINGS, "CFG-03", 2, 1},
	{"version: 1\nrules: [a]\n", ERR_FINDINGS, "CFG-03", 2, 9},
	{RULE("{level: warning}"), ERR_FINDINGS, "CFG-05", 3, 3},
	{RULE("{signal: AAAA-SERVFIAL}"), ERR_FINDINGS, "ALR-01", 3, 12},
	{RULE("{signal: '*', levle: warning}"), ERR_FINDINGS, "CFG-02", 3, 17},
	{RULE("{signal: '*', level: high}"), ERR_FINDINGS, "CFG-03", 3, 24},
	{RULE("{signal: '*', for: 5}"), ERR_FINDINGS, "CFG-03", 3, 22},
	{RULE("{signal: '*', for: 25h}"), ERR_FINDINGS, "CFG-03", 3, 22},
	{RULE("{signal: '*', for: [5m]}"), ERR_FINDINGS, "CFG-03", 3, 22},
	{RULE("{signal: '*', mute: 8-9}"), ERR_FINDINGS, "CFG-03", 3, 23},
	{RULE("{signal: '*', mute: ['08:00-09:00', x]}"), ERR_FINDINGS, "CFG-03", 3, 39},
	{RULE("{signal: '*', deliver: [log, mail]}"), ERR_FINDINGS, "CFG-03", 3, 32},
	{RULE("{signal: '*', stream: all}"), ERR_FINDINGS, "CFG-03", 3, 25},
	{RULE("{signal: '*', off: yes, off: no}"), ERR_FINDINGS, "CFG-04", 3, 27},
	{THRESHOLD(""), ERR_FINDINGS, "ALR-01", 3, 3},
	{THRESHOLD(", rate: above 1/min, share: above 5%, of: tc"), ERR_FINDINGS, "ALR-01", 3, 3},
	{THRESHOLD(", share: above 5%"), ERR_FINDINGS, "ALR-01", 3, 3},
	{THRESHOLD(", rate: above 1/min, of: tc"), ERR_FINDINGS, "ALR-01", 3, 3},
	{THRESHOLD(", rate: 10/min"), ERR_FINDINGS, "CFG-03", 3, 41},
	{THRESHOLD(", rate: above 10"), ERR_FINDINGS, "CFG-03", 3, 41},
	{THRESHOLD(", rate: above 1e9/min"), ERR_FINDINGS, "CFG-03", 3, 41},
	{THRESHOLD(", share: above 100%, of: tc"), ERR_FINDINGS, "CFG-03", 3, 42},
	{THRESHOLD(", share: above 5%, of: qtpye=A"), ERR_FINDINGS, "ALR-01", 3, 56},
	{THRESHOLD(", share: above 5%, of: tc and rcode=NOPE"), ERR_FINDINGS, "ALR-01", 3, 69},
	{THRESHOLD(", rate: above 1/min, window: 5s"), ERR_FINDINGS, "CFG-03", 3, 62},
	{"version: 1\nthresholds:\n- {name: tc-share, where: tc, rate: above 1/min}\n", ERR_FINDINGS, "CFG-03", 3, 10},
	{"version: 1\nthresholds:\n- {name: 'a b', where: tc, rate: above 1/min}\n", ERR_FINDINGS, "CFG-03", 3, 11},
	{"version: 1\nthresholds:\n- {name: a, where: tc, rate: above 1/s}\n- {name: a, where: tc, rate: above 1/h}\n",
	 ERR_FINDINGS, "ALR-01", 4, 10},
};

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		struct finding_list *findings = finding_list_new();
		rules_file_free(load(faults[i].text, faults[i].result, findings));
		const struct finding *finding = finding_at(findings, 0);
		if (finding_count(findings) == 0)
			fail_msg("no finding for %s", faults[i].text);
		if (strcmp(finding_row(finding->code)->code, faults[i].code) != 0 ||
		    finding->place.line != faults[i].line || finding->place.column != faults[i].column)
			fail_msg("%s: %s at %u:%u: %s", faults[i].text, finding_row(finding->code)->code,
				 finding->place.line, finding->place.column, finding->cause);
		finding_list_free(findings);
	}
}

static void test_suggestions(void **state)
{
	struct finding_list *findings = finding_list_new();
	(void)state;
	rules_file_free(load(RULE("{signal: AAAA-SERVFIAL}"), ERR_FINDINGS, findings));
	assert_string_equal(finding_at(findings, 0)->fix, "did you mean AAAA-SERVFAIL?");
	finding_list_free(findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_file),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_suggestions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
