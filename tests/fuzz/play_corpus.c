/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a fuzz entry over every file of the folders named on the command line, as a plain test.
 * A folder without files is a failure: such a test could not fail.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void play_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (file == NULL) {
		perror(path);
		exit(1);
	}
	static uint8_t data[1 << 20];
	size_t size = fread(data, 1, sizeof(data), file);
	fclose(file);
	/* A heap copy of the exact size, so that a sanitizer sees a read behind the end. */
	uint8_t *copy = malloc(size == 0 ? 1 : size);
	if (copy == NULL)
		exit(1);
	for (size_t i = 0; i < size; i++)
		copy[i] = data[i];
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static unsigned play_folder(const char *path)
{
	DIR *folder = opendir(path);
	if (folder == NULL) {
		perror(path);
		exit(1);
	}
	unsigned played = 0;
	for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
		if (entry->d_name[0] == '.')
			continue;
		char file[4096];
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		play_file(file);
		played++;
	}
	closedir(folder);
	return played;
}

int main(int argc, char **argv)
{
	unsigned played = 0;
	for (int i = 1; i < argc; i++)
		played += play_folder(argv[i]);
	printf("%u inputs played\n", played);
	return played > 0 ? 0 : 1;
}
