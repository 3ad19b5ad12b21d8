/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any octets as a line of the control protocol: a request with a command, or a reason why not.
 */
#include "control/line.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *error = NULL;
	json_t *request = control_line_read((const char *)data, size, &error);
	assert((request == NULL) == (error != NULL));
	if (request == NULL)
		return 0;
	size_t line_size = 0;
	char *line = control_line_write(request, &line_size);
	assert(line != NULL && line[line_size - 1] == '\n');
	json_t *again = control_line_read(line, line_size, &error);
	assert(again != NULL && json_equal(request, again));
	json_decref(request);
	json_decref(again);
	free(line);
	return 0;
}
