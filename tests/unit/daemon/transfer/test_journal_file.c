/* SPDX-License-Identifier: BSD-2-Clause */
/* Journals on the disk: what was kept comes back, whatever happens to the end of the file. */
#include "daemon/transfer/journal_file.h"

#include "tests/unit/transfer/versions.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/sextant-journal-XXXXXX";
static struct journal_place place = {.state_dir = folder, .key = "example"};
static struct text path;

static int folder_make(void **state)
{
	assert_non_null(mkdtemp(folder));
	place.apex = name_of(apex_wire);
	journal_file_path(&place, &path);
	return 0;
}

static int folder_remove(void **state)
{
	char zones[64];
	snprintf(zones, sizeof(zones), "%s/zones", folder);
	unlink(text_string(&path));
	text_free(&path);
	assert_int_equal(rmdir(zones), 0); /* nothing else is left there */
	return rmdir(folder);
}

/* Version n of a zone: 60 hosts stay, one record changes, one comes and goes. */
static struct zone *version_of(uint32_t serial)
{
	struct text text = {0};
	text_addf(&text, "$TTL 300\n@ IN SOA ns1 dns %u 3600 900 1209600 120\n@ NS ns1\nns1 AAAA 2001:db8::1\n",
		  serial);
	for (unsigned i = 0; i < 60; i++)
		text_addf(&text, "host%u AAAA 2001:db8::%x\n", i, i);
	text_addf(&text, "www A 192.0.2.%u\n", serial % 250);
	if (serial % 2 == 0)
		text_addf(&text, "even TXT \"%u\"\n*.Even MX 10 mail.example.net.\n", serial);
	struct zone *zone = version_make(text_string(&text));
	text_free(&text);
	return zone;
}

static struct zone_history *history_first(const struct zone *zone)
{
	struct zone_history *history;
	assert_int_equal(zone_history_new(zone, &history), ERR_OK);
	return history;
}

/* The history goes on to the next version; the old one of both is let go. */
static void step(struct zone **zone, struct zone_history **history)
{
	struct zone *after = version_of(zone_serial(*zone) + 1);
	struct difference *difference;
	struct zone_history *next;
	assert_int_equal(difference_between(*zone, after, &difference), ERR_OK);
	assert_int_equal(zone_history_append(*history, difference, &next), ERR_OK);
	zone_history_free(*history);
	zone_free(*zone);
	*zone = after;
	*history = next;
}

static int secondary_read(struct journal_found *found)
{
	struct finding_list *findings = finding_list_new();
	int rc = journal_file_read(&place, findings, found);
	finding_list_free(findings);
	return rc;
}

static void found_free(struct journal_found *found)
{
	zone_free(found->zone);
	zone_history_free(found->history);
}

static void assert_same_history(const struct zone_history *a, const struct zone_history *b)
{
	assert_int_equal(zone_history_count(a), zone_history_count(b));
	for (size_t i = 0; i <= zone_history_count(a); i++) {
		assert_int_equal(zone_history_serial_at(a, i), zone_history_serial_at(b, i));
		assert_int_equal(zone_history_digest_at(a, i), zone_history_digest_at(b, i));
	}
}

static off_t file_size(void)
{
	struct stat status;
	assert_int_equal(stat(text_string(&path), &status), 0);
	return status.st_size;
}

/* 200 versions, one after the other, of which the file is written anew now and then. */
static void secondary(void **state)
{
	struct zone *zone = version_of(1);
	struct zone_history *history = history_first(zone);
	struct journal_found found;
	assert_int_equal(secondary_read(&found), ERR_NOT_FOUND);
	assert_int_equal(journal_file_confirm(&place, 5), -ENOENT);
	off_t largest = 0;
	unsigned anew = 0;
	for (unsigned i = 0; i < 200; i++) {
		off_t before = i > 0 ? file_size() : 0;
		assert_int_equal(journal_file_keep(&place, zone, history), ERR_OK);
		anew += file_size() < before;
		largest = file_size() > largest ? file_size() : largest;
		assert_int_equal(journal_file_confirm(&place, 1000 + i), ERR_OK);
		assert_int_equal(secondary_read(&found), ERR_OK);
		assert_zones_equal(zone, found.zone);
		assert_int_equal(found.serial, zone_serial(zone));
		assert_int_equal(found.confirmed_s, 1000 + i);
		assert_int_equal(found.cut_octets, 0);
		if (zone_history_count(history) == zone_history_count(found.history))
			assert_same_history(history, found.history);
		found_free(&found);
		step(&zone, &history);
	}
	assert_in_range(anew, 0, 3);
	assert_in_range(largest, 4000, 100000);
	assert_int_equal(journal_file_remove(&place), ERR_OK);
	zone_history_free(history);
	zone_free(zone);
}

static void primary(void **state)
{
	enum journal_past past;
	uint32_t until;
	struct zone *zone = version_of(1);
	struct zone_history *history = history_first(zone);
	struct journal_found found;
	assert_int_equal(journal_file_read_past(&place, zone, &past, &found), ERR_NOT_FOUND);
	for (unsigned i = 0; i < 30; i++) {
		assert_int_equal(journal_file_keep(&place, NULL, history), ERR_OK);
		assert_int_equal(journal_file_read_past(&place, zone, &past, &found), ERR_OK);
		assert_null(found.zone);
		assert_same_history(history, found.history);
		found_free(&found);
		step(&zone, &history);
	}
	/* The file ends one version before this zone: no differences, and its serial says why. */
	assert_int_equal(journal_file_read_past(&place, zone, &past, &found), ERR_OK);
	assert_int_equal(past, JOURNAL_PAST_BEFORE);
	assert_int_equal(zone_history_count(found.history), 0);
	assert_false(zone_history_doubt(found.history, &until));
	assert_int_equal(found.serial, zone_serial(zone) - 1);
	found_free(&found);
	/* Missing steps are appended together. */
	step(&zone, &history);
	assert_int_equal(journal_file_keep(&place, NULL, history), ERR_OK);
	assert_int_equal(journal_file_read_past(&place, zone, &past, &found), ERR_OK);
	assert_same_history(history, found.history);
	found_free(&found);
	/* Other data of the same serial is another history. */
	struct zone *other = version_make(HEAD("32"));
	assert_int_equal(journal_file_read_past(&place, other, &past, &found), ERR_OK);
	assert_int_equal(past, JOURNAL_PAST_OTHER);
	assert_true(zone_history_doubt(found.history, &until));
	assert_int_equal(until, 32);
	struct zone_history *others = found.history;
	assert_int_equal(journal_file_keep(&place, NULL, others), ERR_OK);
	/* The doubt is kept, and so is that a serial went back. */
	struct zone *back = version_make(HEAD("30"));
	assert_int_equal(journal_file_read_past(&place, other, &past, &found), ERR_OK);
	assert_int_equal(past, JOURNAL_PAST_KNOWN);
	assert_true(zone_history_doubt(found.history, &until));
	assert_int_equal(zone_history_count(found.history), 0);
	found_free(&found);
	assert_int_equal(journal_file_read_past(&place, back, &past, &found), ERR_OK);
	assert_int_equal(past, JOURNAL_PAST_BEHIND);
	assert_true(zone_history_doubt(found.history, &until));
	assert_int_equal(until, 32);
	found_free(&found);
	zone_free(back);
	assert_int_equal(secondary_read(&found), ERR_NOT_FOUND); /* there is no zone in it */
	/* Who becomes a secondary has the file written anew. */
	assert_int_equal(journal_file_keep(&place, zone, history), ERR_OK);
	assert_int_equal(secondary_read(&found), ERR_OK);
	assert_zones_equal(zone, found.zone);
	assert_same_history(history, found.history);
	found_free(&found);
	assert_int_equal(journal_file_remove(&place), ERR_OK);
	zone_history_free(others);
	zone_history_free(history);
	zone_free(other);
	zone_free(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secondary),
		cmocka_unit_test(primary),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
