/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * node.c - the hosts whose records are in the stream
 *
 * Nearly every stream has one node, and nearly every line is of the same node
 * as the line before: a linear search that begins with the first is enough.
 */
#include "stream/node.h"

static bool node_is(const struct node *node, struct span name)
{
	if (node->shared || node->has_name != (name.p != NULL))
		return false;
	return !name.p || span_equal(node_name(node), name);
}

static struct node *add_node(struct nodes *nodes, struct span name)
{
	struct node *node = &nodes->node[nodes->n];

	nodes->n++;
	node->has_name = name.p != NULL;
	if (name.p) {
		node->name_len = (uint16_t)name.n;
		memcpy(node->name, name.p, name.n);
	}
	return node;
}

struct node *nodes_find(struct nodes *nodes, struct span name)
{
	struct node *last = &nodes->node[NODES_MAX - 1];
	unsigned int i;

	for (i = 0; i < nodes->n; i++)
		if (node_is(&nodes->node[i], name))
			return &nodes->node[i];
	if (nodes->n < NODES_MAX - 1)
		return add_node(nodes, name);
	nodes->over++;
	last->shared = true;
	return last;
}

/* Up to the first dot of either. */
static bool is_name(struct span name, struct span ours)
{
	const char *dot = memchr(name.p, '.', name.n);
	const char *our_dot = memchr(ours.p, '.', ours.n);

	if (!dot != !our_dot) {
		if (dot)
			name.n = (size_t)(dot - name.p);
		else
			ours.n = (size_t)(our_dot - ours.p);
	}
	return ours.n && span_equal(name, ours);
}

bool node_is_host(struct span name, const struct node_host *host)
{
	if (!name.p || host->alone ||
	    (host->node && span_equal(name, span_of(host->node))))
		return true;
	return host->name && is_name(name, span_of(host->name));
}

bool node_is_surely_host(struct span name, const struct node_host *host)
{
	if (!host->shared)
		return node_is_host(name, host);
	return name.p && host->node && span_equal(name, span_of(host->node));
}

bool nodes_is_here(const struct nodes *nodes, const struct node *node,
		   const struct node_host *host)
{
	return nodes->n == 1 || node_is_host(node_name(node), host);
}

struct span nodes_only(const struct nodes *nodes)
{
	if (nodes->n != 1 || nodes->over)
		return (struct span){NULL, 0};
	return node_name(&nodes->node[0]);
}
