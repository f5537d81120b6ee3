/* WebSocket (RFC 6455) as a client speaks it: many connections, one epoll. */
#ifndef WIRE_H
#define WIRE_H
#include <stddef.h>
#include <stdint.h>

enum state { CLOSED, CONNECTING, SHAKING, OPEN };

struct conn {
    int fd;
    enum state state;
    unsigned number;        /* from 0, among all connections */
    int ready;              /* it got the frame that ends its joining */
    int64_t last;           /* number of the last post it was told of; -1: none */
    unsigned char *held;    /* the beginning of a frame that has not come whole */
    size_t size, room;
};

/* What the program on top wants to know. */
void on_open(struct conn *c);
void on_text(struct conn *c, const unsigned char *text, size_t size);
void on_closed(struct conn *c, const char *why);

/* Begin to connect; the request is sent once there is a connection.
 * reset: close with RST, so that no port waits in TIME_WAIT. */
void wire_connect(int epoll, struct conn *c, int port, const char *source);
void wire_ready(struct conn *c, uint32_t events, const char *request);
void wire_send(struct conn *c, int opcode, const char *text, size_t size);
void wire_close(struct conn *c);

#endif
