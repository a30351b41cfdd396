/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match_work.h - what the actions of match_work share
 */
#ifndef NOISE_TESTS_MATCH_WORK_H
#define NOISE_TESTS_MATCH_WORK_H

/** odd - what follows plays with names: links, exchanges, a directory's descriptor,
 * mounts or roots that hide them. The action's name begins with `o:` from now on. */
void odd(void);

/** plain - what follows is what any program does by plain names: `w:` again */
void plain(void);

/** spawn - execute @path in a child, with the action's name for its first argument */
void spawn(const char *path);

void odd_held(void);
void odd_links(void);
void odd_swap(void);
void odd_swapped(void);
void odd_two(void);
void odd_replace(void);
void odd_openat2(void);
void odd_mounts(void);
void odd_root(void);
void odd_cold(void);

#endif
