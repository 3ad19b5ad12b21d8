/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/clickhouse/post.h"

#include "history/clickhouse/row.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS 5000L
#define WHOLE_MS 60000L
#define SLOW_OCTETS_S 100L /* slower for ten seconds is not at all */
#define SLOW_S 10L
#define ANSWER_MAX 400 /* octets of the server's answer that are told */

struct post {
	CURL *curl;
	char *url; /* with the command */
	struct curl_slist *headers;
	const atomic_bool *is_ending;
	char answer[ANSWER_MAX + 1];
	size_t answer_size;
	char error[CURL_ERROR_SIZE];
};

/* --- Texts of the server --- */

static const struct {
	int code;
	const char *hint;
} hints[] = {
	{192, "observability.clickhouse.user is unknown there"},
	{193, "the password is wrong: observability.clickhouse.password-file"},
	{194, "it wants a password: observability.clickhouse.password-file"},
	{516, "user or password is wrong: observability.clickhouse.user, password-file"},
	{497, "the user may not write there: GRANT INSERT"},
	{81, "there is no such database: create it with packaging/clickhouse/schema.sql"},
	{60, "there is no such table: create it with packaging/clickhouse/schema.sql"},
	{16, "the table is of another version: packaging/clickhouse/schema.sql has its columns"},
	{33, "the table has other types than packaging/clickhouse/schema.sql"},
	{252, "it cannot keep up: larger batches, or less often (observability.clickhouse.batch, every)"},
};

const char *post_hint(const char *answer)
{
	int code = strncmp(answer, "Code: ", 6) == 0 ? atoi(answer + 6) : 0;
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		if (hints[i].code == code)
			return hints[i].hint;
	}
	return "";
}

static size_t answer_take(char *data, size_t one, size_t size, void *owner)
{
	struct post *post = owner;
	size_t left = ANSWER_MAX - post->answer_size, take = size < left ? size : left;
	(void)one;
	memcpy(post->answer + post->answer_size, data, take);
	post->answer_size += take;
	return size; /* the rest is read, and thrown away: the connection goes on */
}

static int ending_look(void *owner, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct post *post = owner;
	(void)a, (void)b, (void)c, (void)d;
	return atomic_load(post->is_ending);
}

/* --- The request --- */

static int url_make(struct post *post, const struct post_options *options)
{
	struct text query = {0};
	CURLU *url = curl_url();
	char *whole = NULL;
	text_addf(&query, "query=INSERT INTO %s.answers (", options->database);
	row_columns(&query);
	text_add(&query, ") FORMAT RowBinary");
	int rc = url == NULL || query.is_failed ? -ENOMEM : ERR_OK;
	if (rc == ERR_OK && (curl_url_set(url, CURLUPART_URL, options->url, 0) != CURLUE_OK ||
			     curl_url_set(url, CURLUPART_QUERY, text_string(&query),
					  CURLU_URLENCODE | CURLU_APPENDQUERY) != CURLUE_OK ||
			     curl_url_get(url, CURLUPART_URL, &whole, 0) != CURLUE_OK))
		rc = ERR_SYNTAX;
	if (rc == ERR_OK && (post->url = strdup(whole)) == NULL)
		rc = -ENOMEM;
	curl_free(whole);
	curl_url_cleanup(url);
	text_free(&query);
	return rc;
}

static void options_set(struct post *post, const struct post_options *options)
{
	CURL *curl = post->curl;
	curl_easy_setopt(curl, CURLOPT_URL, post->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_POST, 1L);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, post->headers);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* the environment of the daemon is no configuration */
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, WHOLE_MS);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, SLOW_OCTETS_S);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, SLOW_S);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, answer_take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, post);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, ending_look);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, post);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, post->error);
	if (options->user != NULL) {
		curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		curl_easy_setopt(curl, CURLOPT_USERNAME, options->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, options->password != NULL ? options->password : "");
	}
	if (options->ca_file != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
}

int post_new(const struct post_options *options, struct post **ret)
{
	struct post *post = calloc(1, sizeof(*post));
	if (post == NULL)
		return -ENOMEM;
	post->is_ending = options->is_ending;
	int rc = url_make(post, options);
	if (rc == ERR_OK) {
		post->curl = curl_easy_init();
		/* Else libcurl asks first whether a large body is welcome, and waits a second for servers that do not
		 * say. */
		post->headers = curl_slist_append(NULL, "Expect:");
		rc = post->curl == NULL || post->headers == NULL ? -ENOMEM : ERR_OK;
	}
	if (rc != ERR_OK) {
		post_free(post);
		return rc;
	}
	options_set(post, options);
	*ret = post;
	return ERR_OK;
}

void post_free(struct post *post)
{
	if (post == NULL)
		return;
	if (post->curl != NULL)
		curl_easy_cleanup(post->curl);
	curl_slist_free_all(post->headers);
	free(post->url);
	free(post);
}

static void refusal_tell(const struct post *post, long status, struct text *ret_why)
{
	const char *hint = post_hint(post->answer);
	text_addf(ret_why, "HTTP %ld: ", status);
	text_add_clean(ret_why, post->answer, strcspn(post->answer, "\r\n"));
	if (hint[0] != '\0')
		text_addf(ret_why, ": %s", hint);
}

int post_send(struct post *post, struct span rows, struct text *ret_why)
{
	long status = 0;
	post->answer_size = 0;
	post->error[0] = '\0';
	curl_easy_setopt(post->curl, CURLOPT_POSTFIELDS, (const char *)rows.data);
	curl_easy_setopt(post->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)rows.size);
	CURLcode code = curl_easy_perform(post->curl);
	post->answer[post->answer_size] = '\0';
	if (code != CURLE_OK) {
		const char *said = post->error[0] != '\0' ? post->error : curl_easy_strerror(code);
		text_add_clean(ret_why, said, strlen(said));
		return -EIO;
	}
	curl_easy_getinfo(post->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status == 200)
		return ERR_OK;
	refusal_tell(post, status, ret_why);
	return -EPROTO;
}
