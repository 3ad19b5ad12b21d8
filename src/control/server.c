/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/control.h"

#include "control/line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CLIENTS_MAX 32        /* commands at once; one more is turned away */
#define CLIENT_IDLE_MS 10000  /* a client that neither asks nor reads is closed */
#define LAST_REPLY_MS 1000    /* what a client gets to read the reply to "stop" */
#define REPLY_MAX (16u << 20) /* octets of one reply */

struct client {
	uv_pipe_t pipe;
	uv_timer_t idle;
	struct control_server *server;
	struct client *next;
	unsigned open_handles; /* of pipe and idle, until both are closed */
	bool is_handling;      /* its handler runs */
	bool is_writing;       /* one request at a time: the next is read when the reply is out */
	size_t size;
	char line[CONTROL_LINE_MAX + 1];
};

struct control_server {
	uv_pipe_t pipe;
	control_handler *handler;
	void *owner;
	char *path;
	dev_t device; /* of the socket file, so that only our own is removed */
	ino_t inode;
	struct client *clients;
	unsigned client_count;
	bool is_stopping, is_pipe_closed;
};

struct reply {
	uv_write_t write;
	char *text;
};

static void read_on(struct client *client);

static void server_free_when_done(struct control_server *server)
{
	if (!server->is_pipe_closed || server->clients != NULL)
		return;
	free(server->path);
	free(server);
}

static void client_closed(uv_handle_t *handle)
{
	struct client *client = handle->data;
	struct control_server *server = client->server;
	if (--client->open_handles > 0)
		return;
	struct client **link = &server->clients;
	while (*link != client)
		link = &(*link)->next;
	*link = client->next;
	server->client_count--;
	free(client);
	server_free_when_done(server);
}

static void client_close(struct client *client)
{
	if (uv_is_closing((uv_handle_t *)&client->pipe))
		return;
	uv_close((uv_handle_t *)&client->pipe, client_closed);
	uv_close((uv_handle_t *)&client->idle, client_closed);
}

static void idle_too_long(uv_timer_t *timer)
{
	client_close(timer->data);
}

static void reply_written(uv_write_t *write, int status)
{
	struct reply *reply = (struct reply *)write;
	struct client *client = write->data;
	free(reply->text);
	free(reply);
	client->is_writing = false;
	if (status != 0 || client->server->is_stopping)
		client_close(client);
	else if (!uv_is_closing((uv_handle_t *)&client->pipe))
		read_on(client);
}

/* Takes text. */
static void send_text(struct client *client, char *text, size_t size)
{
	struct reply *reply = calloc(1, sizeof(*reply));
	if (reply == NULL || text == NULL) {
		free(reply);
		free(text);
		client_close(client);
		return;
	}
	reply->text = text;
	reply->write.data = client;
	uv_buf_t buffer = uv_buf_init(text, (unsigned)size);
	client->is_writing = true;
	uv_read_stop((uv_stream_t *)&client->pipe);
	int err = uv_write(&reply->write, (uv_stream_t *)&client->pipe, &buffer, 1, reply_written);
	if (err == 0)
		return;
	client->is_writing = false;
	free(reply->text);
	free(reply);
	client_close(client);
}

static void send_reply(struct client *client, json_t *reply)
{
	size_t size = 0;
	char *text = control_line_write(reply, &size);
	json_decref(reply);
	if (text != NULL && size > REPLY_MAX) {
		free(text);
		json_t *failure = control_failure("the reply is too large");
		text = control_line_write(failure, &size);
		json_decref(failure);
	}
	send_text(client, text, size);
}

static void handle_line(struct client *client, const char *line, size_t size)
{
	struct control_server *server = client->server;
	const char *error = NULL;
	json_t *request = control_line_read(line, size, &error);
	client->is_handling = true;
	json_t *reply = request != NULL ? server->handler(server->owner, request) : control_failure(error);
	client->is_handling = false;
	json_decref(request);
	send_reply(client, reply != NULL ? reply : control_failure("no memory"));
}

/* Handles the first whole line there is; what stands behind it waits for the reply to be out. */
static void handle_buffer(struct client *client)
{
	char *end = memchr(client->line, '\n', client->size);
	if (end == NULL && client->size >= CONTROL_LINE_MAX) {
		send_reply(client, control_failure("the request is too long"));
		client->size = 0;
		return;
	}
	if (end == NULL)
		return;
	size_t line_size = (size_t)(end - client->line);
	uv_timer_again(&client->idle);
	handle_line(client, client->line, line_size);
	client->size -= line_size + 1;
	memmove(client->line, end + 1, client->size);
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
	struct client *client = handle->data;
	(void)suggested;
	*ret = uv_buf_init(client->line + client->size, (unsigned)(CONTROL_LINE_MAX - client->size));
}

static void octets_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
	struct client *client = stream->data;
	(void)buffer;
	if (size < 0) {
		client_close(client);
		return;
	}
	client->size += (size_t)size;
	if (size > 0 && !client->is_writing)
		handle_buffer(client);
}

static void read_on(struct client *client)
{
	handle_buffer(client);
	if (client->is_writing || uv_is_closing((uv_handle_t *)&client->pipe))
		return;
	if (uv_read_start((uv_stream_t *)&client->pipe, give_buffer, octets_read) != 0)
		client_close(client);
}

static void client_arrived(uv_stream_t *listener, int status)
{
	struct control_server *server = listener->data;
	if (status != 0 || server->is_stopping)
		return;
	struct client *client = calloc(1, sizeof(*client));
	if (client == NULL)
		return;
	client->server = server;
	client->next = server->clients;
	server->clients = client;
	server->client_count++;
	client->open_handles = 2;
	uv_pipe_init(listener->loop, &client->pipe, 0);
	uv_timer_init(listener->loop, &client->idle);
	client->pipe.data = client->idle.data = client;
	if (uv_accept(listener, (uv_stream_t *)&client->pipe) != 0 || server->client_count > CLIENTS_MAX) {
		client_close(client);
		return;
	}
	uv_timer_start(&client->idle, idle_too_long, CLIENT_IDLE_MS, CLIENT_IDLE_MS);
	read_on(client);
}

/* Does a daemon listen behind the file? A socket nobody listens on is left over from one that crashed. */
static int remove_stale(const struct sockaddr_un *address)
{
	struct stat status;
	if (lstat(address->sun_path, &status) != 0)
		return errno == ENOENT ? ERR_OK : -errno;
	if (!S_ISSOCK(status.st_mode))
		return -EEXIST; /* not ours to remove */
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	int err = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ? 0 : errno;
	close(fd);
	if (err == 0 || err == EAGAIN)
		return -EADDRINUSE;
	if (err != ECONNREFUSED)
		return -err;
	return unlink(address->sun_path) == 0 || errno == ENOENT ? ERR_OK : -errno;
}

static int bind_socket(const char *path, int *ret)
{
	struct sockaddr_un address;
	int err = control_address(path, &address);
	if (err == ERR_OK)
		err = remove_stale(&address);
	if (err != ERR_OK)
		return err;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* The mode of the socket becomes the mode of the file (less the umask): nobody else gets in, not even for
	 * the moment between bind and chmod. */
	if (fchmod(fd, S_IRUSR | S_IWUSR) != 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    chmod(path, S_IRUSR | S_IWUSR) != 0) {
		err = -errno;
		close(fd);
		return err;
	}
	*ret = fd;
	return ERR_OK;
}

static void server_closed(uv_handle_t *handle)
{
	struct control_server *server = handle->data;
	server->is_pipe_closed = true;
	server_free_when_done(server);
}

/* From here on the server is freed by its loop. */
static int listen_on(uv_loop_t *loop, struct control_server *server, int fd)
{
	struct stat status;
	if (lstat(server->path, &status) == 0) {
		server->device = status.st_dev;
		server->inode = status.st_ino;
	}
	uv_pipe_init(loop, &server->pipe, 0);
	server->pipe.data = server;
	int err = uv_pipe_open(&server->pipe, fd);
	if (err != 0)
		close(fd);
	if (err == 0)
		err = uv_listen((uv_stream_t *)&server->pipe, CLIENTS_MAX, client_arrived);
	if (err != 0)
		control_server_stop(server);
	return err;
}

int control_server_start(uv_loop_t *loop, const char *path, control_handler *handler, void *owner,
			 struct control_server **ret)
{
	int fd = -1;
	int err = bind_socket(path, &fd);
	if (err != ERR_OK)
		return err;
	struct control_server *server = calloc(1, sizeof(*server));
	char *copy = strdup(path);
	if (server == NULL || copy == NULL) {
		free(server);
		free(copy);
		close(fd);
		return -ENOMEM;
	}
	server->path = copy;
	server->handler = handler;
	server->owner = owner;
	err = listen_on(loop, server, fd);
	if (err == ERR_OK)
		*ret = server;
	return err;
}

void control_server_stop(struct control_server *server)
{
	struct stat status;
	if (server == NULL || server->is_stopping)
		return;
	server->is_stopping = true;
	/* A daemon that took the path over meanwhile keeps its own socket. */
	if (lstat(server->path, &status) == 0 && status.st_dev == server->device && status.st_ino == server->inode)
		unlink(server->path);
	for (struct client *client = server->clients; client != NULL; client = client->next) {
		if (client->is_handling || client->is_writing)
			uv_timer_start(&client->idle, idle_too_long, LAST_REPLY_MS, 0);
		else
			client_close(client);
	}
	uv_close((uv_handle_t *)&server->pipe, server_closed);
}
