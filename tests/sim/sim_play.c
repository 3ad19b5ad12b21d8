/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_play [-v] [-s SEED] [-l MS] FILE-OR-FOLDER...: plays scenarios, one line each; the last line counts them. 0 when
 * all have passed. -v: what went over the wire, too. -s: what the engine draws is drawn from another seed; whatever it
 * draws, scenarios have to hold. -l: every round trip takes so long.
 */
#include "base/snapshot.h"
#include "tests/sim/play.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct tally {
	unsigned files, played, passed;
	bool is_traced;
	struct play_changes changes;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL ? path : slash + 1;
}

/* A file that cannot be read or holds what is not supported has failed like one whose check did not hold. */
static void file_play(const char *path, struct tally *tally)
{
	struct scenario *scenario;
	struct text why = {0}, trace = {0};
	char load_why[SCENARIO_WHY_MAX] = "";
	tally->files++;
	int err = scenario_load(path, &scenario, load_why);
	if (err != ERR_OK) {
		text_add(&why, load_why);
	} else {
		tally->played++;
		err = play_scenario(scenario, tally->changes, &why, tally->is_traced ? &trace : NULL);
		scenario_free(scenario);
	}
	tally->passed += err == ERR_OK;
	if (trace.size > 0)
		printf("%s", text_string(&trace));
	if (err == ERR_OK)
		printf("ok %s\n", base_name(path));
	else
		printf("FAIL %s: %s\n", base_name(path), text_string(&why));
	fflush(stdout);
	text_free(&why);
	text_free(&trace);
}

static int is_scenario(const struct dirent *item)
{
	size_t size = strlen(item->d_name);
	return size > 4 && strcmp(item->d_name + size - 4, ".rpl") == 0;
}

static void folder_play(const char *path, struct tally *tally)
{
	struct dirent **items;
	int count = scandir(path, &items, is_scenario, alphasort);
	for (int i = 0; i < count; i++) {
		struct text file = {0};
		text_addf(&file, "%s/%s", path, items[i]->d_name);
		file_play(text_string(&file), tally);
		text_free(&file);
		free(items[i]);
	}
	if (count >= 0)
		free(items);
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	struct stat status;
	snapshot_thread_start();
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-v") == 0)
			tally.is_traced = true;
		else if (strcmp(argv[i], "-s") == 0 && i + 1 < argc)
			tally.changes.seed = (uint32_t)strtoul(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "-l") == 0 && i + 1 < argc)
			tally.changes.latency_ms = (uint32_t)strtoul(argv[++i], NULL, 10);
		else if (stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode))
			folder_play(argv[i], &tally);
		else
			file_play(argv[i], &tally);
	}
	snapshot_thread_stop();
	printf("%u played, %u passed, %u failed of %u files\n", tally.played, tally.passed, tally.files - tally.passed,
	       tally.files);
	return tally.files > 0 && tally.passed == tally.files ? 0 : 1;
}
