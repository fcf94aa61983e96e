/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/chat.h"

void chat_reply_init(struct chat_reply *reply, size_t max_bytes)
{
	*reply = (struct chat_reply){ .text = STR_INIT(max_bytes), .finish = CHAT_CUT };
}

void chat_reply_release(struct chat_reply *reply)
{
	if (reply)
		str_release(&reply->text);
}

const char *chat_finish_name(enum chat_finish finish)
{
	switch (finish) {
	case CHAT_STOP:
		return "stop";
	case CHAT_LENGTH:
		return "length";
	case CHAT_FILTERED:
		return "filtered";
	case CHAT_CUT:
		return "cut";
	}
	return "cut";
}
