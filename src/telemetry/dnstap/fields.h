/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The numbers of dnstap.proto, for who writes the format and who reads it.
 * Constants.
 * Never more than these two use.
 */
#ifndef TELEMETRY_DNSTAP_FIELDS_H
#define TELEMETRY_DNSTAP_FIELDS_H

enum wire_type { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_OCTETS = 2, WIRE_FIXED32 = 5 }; /* of protobuf's encoding */

enum dnstap_field { /* message Dnstap */
	DNSTAP_IDENTITY = 1,
	DNSTAP_VERSION = 2,
	DNSTAP_EXTRA = 3,
	DNSTAP_MESSAGE = 14,
	DNSTAP_TYPE = 15
};

enum message_field { /* message Message */
	MESSAGE_TYPE = 1,
	MESSAGE_FAMILY = 2,
	MESSAGE_PROTOCOL = 3,
	MESSAGE_QUERY_ADDRESS = 4,
	MESSAGE_RESPONSE_ADDRESS = 5,
	MESSAGE_QUERY_PORT = 6,
	MESSAGE_RESPONSE_PORT = 7,
	MESSAGE_QUERY_SECOND = 8,
	MESSAGE_QUERY_NANOSECOND = 9,
	MESSAGE_QUERY = 10,
	MESSAGE_ZONE = 11,
	MESSAGE_RESPONSE_SECOND = 12,
	MESSAGE_RESPONSE_NANOSECOND = 13,
	MESSAGE_RESPONSE = 14,
	MESSAGE_FIELDS
};

#endif
