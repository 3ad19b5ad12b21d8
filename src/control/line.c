/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

json_t *control_line_read(const char *line, size_t size, const char **ret_error)
{
	json_error_t error;
	json_t *request = json_loadb(line, size, JSON_REJECT_DUPLICATES, &error);
	if (request != NULL && json_is_string(json_object_get(request, "command")))
		return request;
	*ret_error = request == NULL ? "the request is no JSON object" : "the request has no \"command\"";
	json_decref(request);
	return NULL;
}

char *control_line_write(const json_t *object, size_t *ret_size)
{
	size_t size = json_dumpb(object, NULL, 0, JSON_COMPACT);
	char *text = size > 0 ? malloc(size + 1) : NULL;
	if (text == NULL || json_dumpb(object, text, size, JSON_COMPACT) != size) {
		free(text);
		return NULL;
	}
	text[size] = '\n';
	*ret_size = size + 1;
	return text;
}

json_t *control_failure(const char *why)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", why);
}

int control_address(const char *path, struct sockaddr_un *ret)
{
	size_t size = strlen(path);
	if (size == 0 || size >= sizeof(ret->sun_path))
		return -ENAMETOOLONG;
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(ret->sun_path, path, size + 1);
	return ERR_OK;
}
