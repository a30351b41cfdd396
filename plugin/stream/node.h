/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * node.h - the hosts whose records are in the stream
 *
 * auditd can collect the events of other hosts and can write its own name
 * into every line (`node=`). Serials are each kernel's own, so all that
 * reasons about serials is kept by node. The table is bounded: names beyond
 * NODES_MAX share its last place, which has no gap account.
 */
#ifndef NOISE_NODE_H
#define NOISE_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "stream/gaps.h"
#include "stream/record.h"

#define NODES_MAX 64

struct assembly;

struct node {
	char name[RECORD_NODE_MAX];
	uint16_t name_len;
	bool has_name; /* false: the lines carry no node= */
	bool shared;   /* the last place, for all names beyond the table */
	struct gaps gaps;
	struct assembly *oldest, *youngest; /* events that are not complete yet */
	struct assembly *held;              /* stands too far ahead to be believed yet */
};

struct nodes {
	unsigned int n;
	uint64_t over; /* records of names beyond the table */
	struct node node[NODES_MAX];
};

/** nodes_find - the node of this name (absent: lines without node=); never NULL */
struct node *nodes_find(struct nodes *nodes, struct span name);

/** nodes_only - the one named node of the input, absent when none or several */
struct span nodes_only(const struct nodes *nodes);

/* What is known of the lines that this host's own records have. */
struct node_host {
	const char *name; /* of the machine; NULL: not known */
	bool alone;  /* auditd takes no records of other hosts: all nodes are this one */
	bool shared; /* it does take some ... */
	const char *node; /* ... and writes this into our own; NULL: not known */
};

/**
 * node_is_host - is it a line of this host that has such a node?
 * @name: absent: the line has none, and is
 * The machine's name counts with and without its domain, as auditd may write it.
 */
bool node_is_host(struct span name, const struct node_host *host);

/** node_is_surely_host - the same where another host may bear the name, or none */
bool node_is_surely_host(struct span name, const struct node_host *host);

static inline struct span node_name(const struct node *node)
{
	return node->has_name ? (struct span){node->name, node->name_len}
			      : (struct span){NULL, 0};
}

/**
 * nodes_is_here - is the node this host, as far as anything tells? One that is alone in
 * the stream is taken for it.
 */
bool nodes_is_here(const struct nodes *nodes, const struct node *node,
		   const struct node_host *host);

#endif
