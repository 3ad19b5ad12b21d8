/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks the server: JSON, and the stream of the live tail. Never looks at what is in an answer. */

export class ApiError extends Error {
	constructor(status, body) {
		super(body?.error ?? (status === 0 ? 'the server does not answer' : `the server answered ${status}`));
		this.status = status; /* 0: no answer */
		this.body = body;
	}
}

async function request(path, options = {}) {
	let response;
	try {
		response = await fetch(`/api/v1/${path}`, {cache: 'no-store', credentials: 'same-origin', ...options});
	} catch (error) {
		if (error.name === 'AbortError') throw error;
		throw new ApiError(0, null);
	}
	if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => null));
	return response;
}

function query(parameters) {
	const known = Object.entries(parameters).filter(([, value]) =>
		value !== null && value !== undefined && value !== ''
	);
	return known.length > 0 ? `?${new URLSearchParams(known)}` : '';
}

export async function get(path, parameters = {}, signal = AbortSignal.timeout(15000)) {
	return (await request(path + query(parameters), {signal})).json();
}

export async function post(path, body) {
	const response = await request(path, {
		method: 'POST',
		headers: {'Content-Type': 'application/json'},
		body: JSON.stringify(body),
	});
	return response.status === 204 ? null : response.json();
}

/* Lines of an event stream as {event, data, id}; comments are heartbeats and yield nothing. */
export function* events(lines) {
	let event = {event: 'message', data: [], id: undefined};
	for (const line of lines) {
		if (line === '') {
			if (event.data.length > 0) yield {...event, data: event.data.join('\n')};
			event = {event: 'message', data: [], id: undefined};
			continue;
		}
		const colon = line.indexOf(':');
		if (colon === 0) continue;
		const field = colon < 0 ? line : line.slice(0, colon);
		const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
		if (field === 'data') event.data.push(value);
		else if (field === 'event') event.event = value;
		else if (field === 'id') event.id = value;
	}
}

const SILENCE_MS = 40000; /* the server beats every 15 s */

/*
 * Follows the tail until the signal aborts it: on_event for each event, on_state(true) when it is open and (false)
 * when it was lost. It is opened again where it broke off; a refusal (a filter that does not parse, no token) is
 * thrown. Read with fetch, as an EventSource tells neither status nor text of a refusal.
 */
export async function follow(parameters, signal, on_event, on_state) {
	let last_id = null, wait_ms = 500;
	while (!signal.aborted) {
		try {
			const headers = last_id === null ? {} : {'Last-Event-ID': last_id};
			const response = await request(`tail${query(parameters)}`, {signal, headers});
			on_state(true);
			wait_ms = 500;
			for await (const event of stream_events(response.body)) {
				last_id = event.id ?? last_id;
				on_event(event);
			}
		} catch (error) {
			if (signal.aborted) return;
			if (error instanceof ApiError && error.status >= 400 && error.status < 500) throw error;
		}
		if (signal.aborted) return;
		on_state(false);
		await new Promise((resolve) => {
			setTimeout(resolve, wait_ms);
		});
		wait_ms = Math.min(2 * wait_ms, 10000);
	}
}

async function* stream_events(body) {
	const reader = body.pipeThrough(new TextDecoderStream()).getReader();
	let rest = '';
	try {
		for (;;) {
			const chunk = await read_in_time(reader);
			if (chunk.done) return;
			const blocks = (rest + chunk.value).replaceAll('\r\n', '\n').split('\n\n');
			rest = blocks.pop();
			for (const block of blocks) yield* events([...block.split('\n'), '']);
		}
	} finally {
		reader.cancel().catch(() => {});
	}
}

function read_in_time(reader) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new ApiError(0, null)), SILENCE_MS);
	});
	return Promise.race([reader.read(), late]).finally(() => clearTimeout(timer));
}
