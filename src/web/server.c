/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/web.h"

#include "base/clock.h"
#include "web/routes.h"
#include "web/stream.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#define CONNECTIONS_MAX 64
#define CONNECTIONS_OF_CLIENT_MAX 32 /* so that one client leaves room for another */
#define MEMORY_MAX (16u << 10)       /* octets of a request's head; MHD answers more with 431 */
#define BODY_MAX 4096
#define STACK_SIZE (1u << 20)
#define REQUEST_S 5 /* for the whole of a request to arrive, or for the next one to begin */
#define STREAM_S 30 /* for a stream's next octets to come up: it beats more often */
#define STREAM_BLOCK 16384
#define REPLY_S 60 /* for the reply to be made, and for a client to take all of it */
/* By MHD's own count, which goes on while a stream is quiet: a beat that comes too late by it closes the stream. */
#define IDLE_S 90
_Static_assert(IDLE_S > REPLY_S && IDLE_S > STREAM_S, "connections end by their deadlines");

/* Each connection has a thread of MHD's, so one that waits for the daemon or for its client holds up nobody else. */
struct connection {
	int fd;
	uint64_t deadline_us; /* when it is cut off */
	LIST_ENTRY(connection) link;
};

struct web_server {
	struct web_options options;
	char *token;
	struct MHD_Daemon *daemon;
	atomic_bool is_stopping;
	pthread_mutex_t lock; /* of the list and its deadlines */
	LIST_HEAD(, connection) connections;
};

/* One request while it arrives. */
struct arriving {
	struct web_request request;
	int target_rc;
	bool is_begun;   /* the head is there */
	bool is_doubled; /* a header that may come once came twice */
	size_t body_size;
	uint8_t body[BODY_MAX];
};

/* --- Connections --- */

static void deadline_set(struct web_server *server, struct connection *connection, unsigned seconds)
{
	if (connection == NULL)
		return;
	pthread_mutex_lock(&server->lock);
	connection->deadline_us = clock_monotonic_us() + seconds * 1000000ull;
	pthread_mutex_unlock(&server->lock);
}

static struct connection *connection_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info != NULL ? info->socket_context : NULL;
}

/* Closing is told before MHD closes the descriptor, so one in the list is open. */
static void connection_notify(void *owner, struct MHD_Connection *mhd, void **context,
			      enum MHD_ConnectionNotificationCode code)
{
	struct web_server *server = owner;
	struct connection *connection = *context;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
		connection = calloc(1, sizeof(*connection));
		*context = connection;
		if (connection == NULL)
			return;
		connection->fd = info->connect_fd;
		pthread_mutex_lock(&server->lock);
		connection->deadline_us = clock_monotonic_us() + REQUEST_S * 1000000ull;
		LIST_INSERT_HEAD(&server->connections, connection, link);
		pthread_mutex_unlock(&server->lock);
	} else if (connection != NULL) {
		pthread_mutex_lock(&server->lock);
		LIST_REMOVE(connection, link);
		pthread_mutex_unlock(&server->lock);
		free(connection);
		*context = NULL;
	}
}

/* MHD counts from the last octet, so a client that sends one now and then would stay for ever. */
void web_server_look(struct web_server *server, uint64_t now_us)
{
	struct connection *connection;
	pthread_mutex_lock(&server->lock);
	LIST_FOREACH(connection, &server->connections, link)
	{
		if (now_us >= connection->deadline_us)
			shutdown(connection->fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&server->lock);
}

/* --- Requests --- */

static const char *const header_names[WEB_HEADER_COUNT] = {
	[WEB_HEADER_HOST] = "Host",
	[WEB_HEADER_ORIGIN] = "Origin",
	[WEB_HEADER_AUTHORIZATION] = "Authorization",
	[WEB_HEADER_COOKIE] = "Cookie",
	[WEB_HEADER_CONTENT_TYPE] = "Content-Type",
	[WEB_HEADER_ACCEPT_ENCODING] = "Accept-Encoding",
	[WEB_HEADER_IF_NONE_MATCH] = "If-None-Match",
	[WEB_HEADER_LAST_EVENT_ID] = "Last-Event-ID",
};

static enum MHD_Result header_take(void *owner, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct arriving *arriving = owner;
	(void)kind;
	for (size_t i = 0; i < WEB_HEADER_COUNT; i++) {
		if (strcasecmp(name, header_names[i]) != 0)
			continue;
		arriving->is_doubled = arriving->is_doubled || arriving->request.headers[i] != NULL;
		arriving->request.headers[i] = value != NULL ? value : "";
	}
	return MHD_YES;
}

static enum web_method method_of(const char *text)
{
	static const char *const texts[] = {[WEB_GET] = "GET", [WEB_HEAD] = "HEAD", [WEB_POST] = "POST"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(text, texts[i]) == 0)
			return (enum web_method)i;
	}
	return WEB_METHOD_OTHER;
}

/* The first that is known of a request: its target as it came. The rest of it hangs on what is made here. */
static void *request_begin(void *owner, const char *uri, struct MHD_Connection *mhd)
{
	(void)owner;
	(void)mhd;
	struct arriving *arriving = calloc(1, sizeof(*arriving));
	if (arriving != NULL)
		arriving->target_rc = target_parse(span_text(uri), &arriving->request.target);
	return arriving;
}

static void request_end(void *owner, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode code)
{
	(void)code;
	free(*context);
	*context = NULL;
	deadline_set(owner, connection_of(mhd), REQUEST_S);
}

/* --- Replies --- */

static const struct {
	const char *name, *value;
} fixed_headers[] = {
	{"Content-Security-Policy",
	 "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Referrer-Policy", "no-referrer"},
	{"X-Content-Type-Options", "nosniff"},
};

static void headers_add(struct MHD_Response *response, const struct web_reply *reply)
{
	const struct {
		const char *name, *value;
	} own[] = {
		{"Content-Type", reply->type},
		{"Allow", reply->allow},
		{"Cache-Control", reply->etag != NULL ? "no-cache" : "no-store"},
		{"ETag", reply->etag},
		{"Vary", reply->etag != NULL ? "Accept-Encoding" : NULL},
		{"Content-Encoding", reply->is_gzip ? "gzip" : NULL},
		{"Set-Cookie", reply->cookie[0] != '\0' ? reply->cookie : NULL},
	};
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (own[i].value != NULL)
			MHD_add_response_header(response, own[i].name, own[i].value);
	}
	for (size_t i = 0; i < sizeof(fixed_headers) / sizeof(fixed_headers[0]); i++)
		MHD_add_response_header(response, fixed_headers[i].name, fixed_headers[i].value);
}

/* What MHD keeps of a stream. */
struct streaming {
	struct web_server *server;
	struct connection *connection;
	struct web_stream *stream;
};

/* While its client takes what comes a stream goes on. */
static ssize_t streaming_read(void *owner, uint64_t position, char *buffer, size_t size)
{
	struct streaming *streaming = owner;
	(void)position;
	deadline_set(streaming->server, streaming->connection, STREAM_S);
	size_t part = stream_read(streaming->stream, &streaming->server->is_stopping, buffer, size);
	deadline_set(streaming->server, streaming->connection, REPLY_S);
	return part > 0 ? (ssize_t)part : MHD_CONTENT_READER_END_OF_STREAM;
}

static void streaming_free(void *owner)
{
	struct streaming *streaming = owner;
	stream_free(streaming->stream);
	free(streaming);
}

/* Takes the stream. */
static struct MHD_Response *streaming_make(struct web_server *server, struct MHD_Connection *mhd,
					   struct web_reply *reply)
{
	struct streaming *streaming = calloc(1, sizeof(*streaming));
	if (streaming == NULL) {
		stream_free(reply->stream);
		return NULL;
	}
	*streaming = (struct streaming){server, connection_of(mhd), reply->stream};
	struct MHD_Response *response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK,
									  streaming_read, streaming, streaming_free);
	if (response == NULL)
		streaming_free(streaming);
	return response;
}

/* Takes the body. */
static struct MHD_Response *response_make(struct web_reply *reply)
{
	if (reply->constant.size == 0)
		return MHD_create_response_from_buffer(reply->body.size, reply->body.data, MHD_RESPMEM_MUST_FREE);
	text_free(&reply->body);
	return MHD_create_response_from_buffer(reply->constant.size, (void *)(uintptr_t)reply->constant.data,
					       MHD_RESPMEM_PERSISTENT);
}

/* Takes the body, or the stream. */
static enum MHD_Result reply_send(struct web_server *server, struct MHD_Connection *mhd, struct web_reply *reply)
{
	struct MHD_Response *response =
		reply->stream != NULL ? streaming_make(server, mhd, reply) : response_make(reply);
	if (response == NULL)
		return MHD_NO;
	headers_add(response, reply);
	enum MHD_Result result = MHD_queue_response(mhd, reply->status, response);
	MHD_destroy_response(response);
	return result;
}

static void request_answer(const struct web_server *server, const struct arriving *arriving, struct web_reply *reply)
{
	if (arriving->target_rc != ERR_OK)
		web_reply_text(reply, arriving->target_rc == ERR_LIMIT ? 414 : 400,
			       "The target of the request is not well formed, or too long.");
	else if (arriving->is_doubled)
		web_reply_text(reply, 400, "A header that may come once came twice.");
	else
		routes_answer(&server->options, &arriving->request, reply);
	if (reply->body.is_failed)
		web_reply_text(reply, 500, "No memory for the reply.");
}

/* Such a body is not waited for. One in chunks announces nothing and is cut off where it becomes too large. */
static bool announces_too_much(struct MHD_Connection *mhd)
{
	const char *text = MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
	return text != NULL && strtoull(text, NULL, 10) > BODY_MAX;
}

static enum MHD_Result request_handle(void *owner, struct MHD_Connection *mhd, const char *url, const char *method,
				      const char *version, const char *body, size_t *body_size, void **context)
{
	struct web_server *server = owner;
	struct arriving *arriving = *context;
	(void)url;
	(void)version;
	struct web_reply reply = {0};
	if (arriving == NULL)
		return MHD_NO;
	if (!arriving->is_begun) {
		arriving->is_begun = true;
		arriving->request.method = method_of(method);
		MHD_get_connection_values(mhd, MHD_HEADER_KIND, header_take, arriving);
		if (!announces_too_much(mhd))
			return MHD_YES;
		web_reply_text(&reply, 413, "The body of the request is too large.");
		return reply_send(server, mhd, &reply);
	}
	if (*body_size > 0) {
		if (*body_size > BODY_MAX - arriving->body_size)
			return MHD_NO;
		memcpy(arriving->body + arriving->body_size, body, *body_size);
		arriving->body_size += *body_size;
		*body_size = 0;
		return MHD_YES;
	}
	deadline_set(server, connection_of(mhd), REPLY_S);
	arriving->request.body = span_of(arriving->body, arriving->body_size);
	arriving->request.now_s = clock_wall_us() / 1000000;
	request_answer(server, arriving, &reply);
	deadline_set(server, connection_of(mhd), REPLY_S);
	return reply_send(server, mhd, &reply);
}

/* --- The server --- */

static void server_free(struct web_server *server)
{
	if (server->token != NULL)
		explicit_bzero(server->token, strlen(server->token));
	free(server->token);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

int web_server_start(const struct web_options *options, int fd, struct web_server **ret)
{
	struct web_server *server = calloc(1, sizeof(*server));
	if (server == NULL)
		return -ENOMEM;
	server->options = *options;
	server->token = options->token != NULL ? strdup(options->token) : NULL;
	server->options.token = server->token;
	if (options->token != NULL && server->token == NULL) {
		free(server);
		return -ENOMEM;
	}
	LIST_INIT(&server->connections);
	pthread_mutex_init(&server->lock, NULL);
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL | MHD_USE_ITC;
	server->daemon = MHD_start_daemon(
		flags, 0, NULL, NULL, request_handle, server, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
		CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT, CONNECTIONS_OF_CLIENT_MAX,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_MAX, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,
		MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_SIZE, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_URI_LOG_CALLBACK, request_begin, server, MHD_OPTION_NOTIFY_COMPLETED, request_end, server,
		MHD_OPTION_NOTIFY_CONNECTION, connection_notify, server, MHD_OPTION_END);
	if (server->daemon == NULL) {
		server_free(server);
		return -EAGAIN; /* MHD tells no more */
	}
	*ret = server;
	return ERR_OK;
}

void web_server_stop(struct web_server *server)
{
	atomic_store(&server->is_stopping, true);
	MHD_stop_daemon(server->daemon);
	server_free(server);
}
