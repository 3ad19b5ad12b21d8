/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers as they are given. What comes too fast is dropped, by the server or here, and counted. */
import {follow} from '../api.js';
import {copy, el, mark, replace} from '../dom.js';
import {count, duration, time} from '../format.js';
import {code_text} from './validation.js';

const ROWS = 300;
const COLUMNS = ['Time (UTC)', 'Client', 'Name', 'Type', 'Result', 'Over', 'Took', 'Remarks'];

/* ev: what the line tells of, where it is no answer: a refresh, a failing server. */
function remarks(line) {
	const parts = [line.ev && line.ev !== 'reply' ? line.ev : null, line.tc ? 'TC' : null,
		line.cache && line.cache !== 'none' ? line.cache : null, line.val === 'bogus' ? 'bogus' : null,
		line.aaaa === 'dns64' ? 'DNS64' : null, typeof line.ede === 'number' ? `EDE ${code_text(line.ede)}` : null,
		line.reason ?? null];
	return parts.filter((part) => part !== null).join(', ');
}

function query_row(line) {
	const over = line.transport ? `${line.transport}${{ipv6: '6', ipv4: '4'}[line.family] ?? ''}` : '-';
	const is_failed = line.rcode === 'SERVFAIL' || line.rcode === 'REFUSED';
	const cells = [time(line.ts, {fraction: true}), el('span', {class: 'name'}, line.client ?? '-'),
		el('span', {class: 'name'}, line.qname ?? '-'), line.qtype ?? '-',
		is_failed ? mark('failed', line.rcode) : line.rcode ?? '-', over, line.us === undefined ? '-' : duration(line.us),
		el('span', {class: 'name'}, remarks(line))];
	return el('tr', {}, cells.map((cell, at) => el('td', {class: at === 6 ? 'number' : null}, cell)));
}

function signal_row(line) {
	return el('tr', {class: 'signal-row'}, el('td', {}, time(line.since ?? line.ts)),
		el('td', {colspan: COLUMNS.length - 1}, mark(line.level ?? 'notice', `signal ${line.signal}`),
			` ${line.scope ?? ''} ${line.evidence ?? ''}`));
}

/* What the filter of `sextant tail` and the page's own narrowing come to. */
export function where_of(text, client) {
	const parts = [text.trim(), client ? `client in ${client}` : ''].filter((part) => part !== '');
	return parts.length === 2 ? `(${parts[0]}) and ${parts[1]}` : parts[0] ?? '';
}

class Tail {
	constructor() {
		this.lines = []; /* shown, the oldest first */
		this.waiting = []; /* not shown yet */
		this.is_paused = false;
		this.dropped = 0;
		this.asked = null; /* what is followed: stream and expression */
		this.scheduled = false;
		this.make();
	}

	make() {
		this.input = el('input', {
			id: 'where',
			type: 'text',
			spellcheck: 'false',
			autocomplete: 'off',
			autocapitalize: 'off',
			placeholder: 'qtype=AAAA and rcode!=NOERROR',
			'aria-describedby': 'where-help where-error',
		});
		this.fault = el('p', {id: 'where-error', class: 'error', role: 'alert'});
		this.pause = el('button', {
			type: 'button',
			id: 'tail-pause',
			'aria-pressed': 'false',
			onclick: () => this.set_paused(!this.is_paused),
		}, 'Pause');
		const clear = el('button', {type: 'button', onclick: () => this.clear()}, 'Clear');
		this.copying = el('button', {
			type: 'button',
			id: 'tail-copy',
			onclick: () => copy(this.lines.map(({text}) => text).join('\n'), this.copying),
		}, 'Copy as JSON');
		this.count = el('p', {id: 'tail-count', class: 'remark'});
		this.body = el('tbody');
		this.scroll = el('div', {
			class: 'scroll tail',
			tabindex: '0',
			role: 'log',
			'aria-live': 'off',
			'aria-label': 'Live tail',
		},
			el('table', {},
				el('thead', {},
					el('tr', {},
						COLUMNS.map((label) => el('th', {scope: 'col', class: label === 'Took' ? 'number' : null}, label)))),
				this.body));
		this.form = el('form', {
			class: 'row',
			onsubmit: (event) => {
				event.preventDefault();
				this.restart();
			},
		}, el('label', {for: 'where'}, 'Filter'), this.input, el('button', {type: 'submit', class: 'main'}, 'Apply'),
			this.pause, clear, this.copying);
		this.node = el('div', {}, this.form,
			el('p', {id: 'where-help', class: 'remark'}, 'As ', el('code', {}, 'sextant tail --where'), ': ',
				el('code', {}, 'client in 2001:db8::/48 and not tc'), ', ', el('code', {}, 'us > 100ms or ede = 6'), ', ',
				el('code', {}, 'qname in example.com')), this.fault, this.scroll, this.count);
	}

	show(stream, client) {
		this.stream = stream;
		this.client = client;
		const asked = JSON.stringify([stream, where_of(this.input.value, client)]);
		if (asked !== this.asked) this.restart();
	}

	restart() {
		const where = where_of(this.input.value, this.client);
		this.asked = JSON.stringify([this.stream, where]);
		this.stop?.abort();
		this.stop = new AbortController();
		const {signal} = this.stop;
		this.clear();
		replace(this.fault);
		this.input.removeAttribute('aria-invalid');
		this.set_state('connecting');
		follow({where, stream: this.stream}, signal, (event) => signal.aborted || this.take(event),
			(is_open) => this.set_state(is_open ? 'open' : 'lost')).catch((error) => signal.aborted || this.refused(error));
	}

	refused(error) {
		const {at, size} = error.body ?? {}, where = where_of(this.input.value, this.client);
		this.set_state('refused');
		if (error.status === 401) return;
		this.input.setAttribute('aria-invalid', 'true');
		const excerpt = typeof at === 'number'
			? [': ',
				el('code', {}, where.slice(0, at), el('mark', {}, where.slice(at, at + Math.max(1, size)) || ' '),
					where.slice(at + Math.max(1, size)))]
			: [];
		replace(this.fault, error.message, excerpt);
	}

	take({event, data}) {
		if (event === 'dropped') {
			this.dropped += JSON.parse(data).count ?? 0;
			this.schedule();
			return;
		}
		try {
			this.waiting.push({text: data, line: JSON.parse(data), is_signal: event === 'signal'});
		} catch {
			this.dropped += 1;
		}
		if (this.waiting.length > ROWS) this.dropped += this.waiting.splice(0, this.waiting.length - ROWS).length;
		this.schedule();
	}

	/* Once a frame at most, however fast they come. */
	schedule() {
		if (this.scheduled) return;
		this.scheduled = true;
		setTimeout(() => {
			this.scheduled = false;
			this.flush();
		}, 100);
	}

	flush() {
		if (!this.is_paused && this.waiting.length > 0) {
			const is_at_end = this.scroll.scrollTop + this.scroll.clientHeight >= this.scroll.scrollHeight - 30;
			const rows = this.waiting.splice(0);
			this.body.append(...rows.map(({line, is_signal}) => is_signal ? signal_row(line) : query_row(line)));
			this.lines = [...this.lines, ...rows].slice(-ROWS);
			while (this.body.childElementCount > ROWS) this.body.firstElementChild.remove();
			if (is_at_end) this.scroll.scrollTop = this.scroll.scrollHeight;
		}
		this.tell();
	}

	set_paused(is_paused) {
		this.is_paused = is_paused;
		this.pause.setAttribute('aria-pressed', String(is_paused));
		this.pause.textContent = is_paused ? 'Go on' : 'Pause';
		this.flush();
	}

	set_state(state) {
		this.state = state;
		this.tell();
	}

	tell() {
		const words =
			{
				connecting: 'Connecting',
				open: this.is_paused ? 'Paused' : 'Following',
				lost: 'Connection lost, trying again',
				refused: 'Not following',
			}[this.state];
		const rest = [`${count(this.lines.length)} shown`,
			this.is_paused ? `${count(this.waiting.length)} waiting` : null, `${count(this.dropped)} dropped`].filter((
				part,
			) => part !== null);
		const text = `${words}. ${rest.join(', ')}.${
			this.state === 'open' && this.lines.length === 0 && !this.is_paused ? ' Nothing has matched yet.' : ''
		}`;
		if (this.count.textContent !== text) this.count.textContent = text;
	}

	clear() {
		this.lines = [];
		this.waiting = [];
		this.dropped = 0;
		replace(this.body);
		this.tell();
	}

	follow_name(name) {
		this.input.value = `qname=${
			/^[\w.-]+$/.test(name) ? name : `"${name.replaceAll('"', '')}"`
		} and (qtype=AAAA or qtype=A)`;
		this.restart();
		this.input.focus();
		this.node.closest('section').scrollIntoView();
	}
}

export const tail = {
	id: 'tail',
	is_wide: true,
	title: 'Live tail',
	question: 'What is asked and answered right now?',
	create(page) {
		const follower = new Tail();
		page.on_tail_name = (name) => follower.follow_name(name);
		page.on_login = () => { follower.asked = null; }; /* the next answers start it */
		return {node: follower.node, update: ({stream, client}) => follower.show(stream, client)};
	},
};
