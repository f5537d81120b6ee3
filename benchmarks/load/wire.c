#define _GNU_SOURCE
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };

static unsigned char buffer[1 << 18]; /* one for all: whole frames are not copied */

void wire_connect(int epoll, struct conn *c, int port, const char *source)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in from = {.sin_family = AF_INET};
    struct linger reset = {1, 0}; /* no TIME_WAIT: there are few ports for so many runs */
    int on = 1;
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    inet_pton(AF_INET, source, &from.sin_addr);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0) {
        on_closed(c, strerror(errno));
        return;
    }
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    bind(c->fd, (struct sockaddr *)&from, sizeof from);
    c->state = CONNECTING;
    c->ready = 0;
    c->size = 0;
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) {
        on_closed(c, strerror(errno));
        return;
    }
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
}

void wire_close(struct conn *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    c->state = CLOSED;
    c->size = 0;
}

static void fail(struct conn *c, const char *why)
{
    wire_close(c);
    on_closed(c, why);
}

/* A post is small and rare; where it does not fit, waiting for room is right. */
static void send_all(struct conn *c, const void *data, size_t size)
{
    const char *at = data;
    while (size) {
        ssize_t sent = send(c->fd, at, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            struct pollfd writable = {c->fd, POLLOUT, 0};
            poll(&writable, 1, 1000);
        } else if (sent < 0) {
            fail(c, strerror(errno));
            return;
        } else {
            at += sent;
            size -= sent;
        }
    }
}

void wire_send(struct conn *c, int opcode, const char *text, size_t size)
{
    static unsigned char frame[1 << 17];
    static uint32_t mask = 0x9e3779b9;
    size_t at = 2;
    if (size > sizeof frame - 16)
        return;
    frame[0] = 0x80 | opcode;
    if (size < 126) {
        frame[1] = 0x80 | size;
    } else {
        frame[1] = 0x80 | (size < 65536 ? 126 : 127);
        for (int bits = size < 65536 ? 8 : 56; bits >= 0; bits -= 8)
            frame[at++] = (uint64_t)size >> bits;
    }
    mask = mask * 1664525 + 1013904223;
    memcpy(frame + at, &mask, 4);
    for (size_t i = 0; i < size; i++)
        frame[at + 4 + i] = text[i] ^ frame[at + i % 4];
    send_all(c, frame, at + 4 + size);
}

/* Take one frame; give its size, or 0: it has not come whole. */
static size_t take_frame(struct conn *c, const unsigned char *at, size_t size)
{
    uint64_t length, head = 2;
    if (size < 2)
        return 0;
    length = at[1] & 127;
    if (length >= 126) {
        head += length == 126 ? 2 : 8;
        if (size < head)
            return 0;
        length = 0;
        for (size_t i = 2; i < head; i++)
            length = length << 8 | at[i];
    }
    if (size < head + length)
        return 0;
    switch (at[0] & 15) {
    case TEXT:
        on_text(c, at + head, length);
        break;
    case PING:
        wire_send(c, PONG, (const char *)at + head, length);
        break;
    case CLOSE:
        fail(c, "the server closed it");
        break;
    }
    return head + length;
}

/* Take the answer to the handshake; give its size, or 0. */
static size_t take_answer(struct conn *c, const unsigned char *at, size_t size)
{
    const unsigned char *end = memmem(at, size, "\r\n\r\n", 4);
    if (end == NULL)
        return 0;
    if (strncmp((const char *)at, "HTTP/1.1 101", 12) != 0) {
        char line[200];
        snprintf(line, sizeof line, "%.*s", (int)(size < 180 ? size : 180), (const char *)at);
        fail(c, line);
        return size;
    }
    c->state = OPEN;
    on_open(c);
    return end + 4 - at;
}

static void hold(struct conn *c, const unsigned char *data, size_t size)
{
    if (size > c->room) {
        c->room = size * 2;
        c->held = realloc(c->held, c->room);
    }
    memcpy(c->held, data, size);
    c->size = size;
}

static void take(struct conn *c, size_t fresh)
{
    unsigned char *at = buffer;
    size_t size = c->size + fresh;
    while (size && c->state >= SHAKING) {
        size_t taken = c->state == OPEN ? take_frame(c, at, size) : take_answer(c, at, size);
        if (taken == 0)
            break;
        at += taken;
        size -= taken;
    }
    c->size = 0;
    if (size && c->state >= SHAKING)
        hold(c, at, size);
}

void wire_ready(struct conn *c, uint32_t events, const char *request)
{
    if (c->state == CONNECTING && events & (EPOLLOUT | EPOLLERR)) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error) {
            fail(c, strerror(error));
            return;
        }
        c->state = SHAKING;
        send_all(c, request, strlen(request));
    }
    while (c->state >= SHAKING) {
        size_t room = sizeof buffer - c->size;
        if (c->size)
            memcpy(buffer, c->held, c->size);
        ssize_t fresh = recv(c->fd, buffer + c->size, room, 0);
        if (fresh > 0) {
            take(c, fresh);
            if ((size_t)fresh < room)
                return; /* all there was: the edge will tell of more */
        } else if (fresh < 0 && errno == EAGAIN) {
            return;
        } else {
            fail(c, fresh == 0 ? "the server hung up" : strerror(errno));
            return;
        }
    }
}
