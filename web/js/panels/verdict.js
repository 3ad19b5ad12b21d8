/* SPDX-License-Identifier: BSD-2-Clause */
/* What is unusual now, and each service over each family. */
import {copy, el, family, mark, replace} from '../dom.js';
import {count, duration, NO_DATA, rate, ratio, seconds_since, share, span, sum, time} from '../format.js';

const LEVELS = ['critical', 'warning', 'notice'];
const WINDOW_MS = 60000;

/* {stream, prefix} of a scope like "rec network 2001:db8:20::/56"; null where it is another kind. */
function network_of(scope) {
	const found = /^(?:(auth|rec|probe) )?network ([0-9a-f:.]+\/\d+)$/i.exec(scope ?? '');
	return found && {stream: found[1], prefix: found[2]};
}

function signal_node(signal, page) {
	const button = el('button', {
		type: 'button',
		class: 'small',
		'data-key': `copy-${signal.id}`,
		onclick: () => copy(signal.next, button),
	}, 'Copy command');
	const network = network_of(signal.scope);
	return el('li', {class: `signal ${signal.level}`},
		el('p', {class: 'signal-head'}, mark(signal.level, signal.level), el('strong', {}, signal.signal),
			el('span', {class: 'name'}, signal.scope),
			el('span', {}, 'now ', el('b', {}, signal.now_text ?? NO_DATA),
				`, usual ${signal.usual_text ?? NO_DATA} (${signal.baseline ?? NO_DATA})`),
			el('span', {}, 'since ', time(signal.since), ` (${span(seconds_since(signal.since))})`)),
		el('p', {}, signal.means ? `${signal.means} ` : null, el('span', {class: 'remark'}, signal.evidence)),
		el('p', {class: 'next'}, 'Next: ', el('code', {}, signal.next), button, network
			? el('button', {
				type: 'button',
				class: 'small',
				'data-key': `only-${signal.id}`,
				onclick: () => page.filter_client(network.prefix, network.stream),
			}, 'Only this network')
			: null));
}

function ended_node(signal) {
	return el('li', {}, mark(signal.level, signal.level), ` ${signal.signal} ${signal.scope}, `, time(signal.since),
		' to ', time(signal.cleared), `; ${signal.evidence ?? ''}`);
}

function signals_node(data, page) {
	const active = data.signals.filter((signal) => !signal.cleared).sort((a, b) =>
		LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level)
	);
	if (active.length > 0)
		return el('ul', {class: 'signals', id: 'signals'}, active.map((signal) => signal_node(signal, page)));
	return el('p', {class: 'calm', id: 'signals'}, mark('ok', 'Nothing unusual'));
}

const plural = (list, one, more) => `${list.length} ${list.length === 1 ? one : more}`;

function lists(data) {
	const ended = data.signals.filter((signal) => signal.cleared), unseen = data.undetermined ?? [];
	return [
		ended.length > 0
			? el('details', {class: 'data'}, el('summary', {}, `${plural(ended, 'signal has', 'signals have')} ended`),
				el('ul', {class: 'plain'}, ended.map(ended_node)))
			: null,
		unseen.length > 0
			? el('details', {class: 'data', id: 'undetermined'},
				el('summary', {}, `${plural(unseen, 'signal is', 'signals are')} not observable here: no statement`),
				el('ul', {class: 'plain'},
					unseen.map((row) => el('li', {}, mark('undetermined', row.signal), ` needs ${row.needs}`))))
			: null,
	];
}

/* --- Tiles --- */

const leaf_sums = (object) => Object.entries(object).filter(([, value]) => typeof value === 'number');

/* All responses of a family, those with SERVFAIL, and times by upper bound. */
function tally(counters) {
	const result = {all: 0, servfail: 0, times: {}};
	for (const transport of Object.values(counters ?? {})) {
		for (const codes of Object.values(transport?.responses ?? {})) {
			for (const [code, value] of leaf_sums(codes)) {
				result.all += value;
				if (code === 'SERVFAIL') result.servfail += value;
			}
		}
	}
	for (const bounds of Object.values(counters?.times_us ?? {})) {
		for (const [bound, value] of leaf_sums(bounds)) result.times[bound] = (result.times[bound] ?? 0) + value;
	}
	return result;
}

/* The bound below which 99 of 100 answers were; null without answers. */
export function percentile(now, before, part = 0.99) {
	const bounds = Object.keys(now).map((
		bound,
	) => [bound === 'inf' ? Infinity : Number(bound), now[bound] - (before[bound] ?? 0)]).sort((a, b) => a[0] - b[0]);
	const all = sum(...bounds.map(([, value]) => value)) ?? 0;
	let seen = 0;
	for (const [bound, value] of bounds) {
		seen += value;
		if (all > 0 && seen >= part * all) return bound;
	}
	return null;
}

function bound_text(bound, largest) {
	if (bound === null) return NO_DATA;
	return bound === Infinity ? `> ${duration(largest)}` : `≤ ${duration(bound)}`;
}

function tile(service, name, before) {
	const listeners = (service.listeners ?? []).filter((listener) => listener.family === name);
	const now = tally(service.counters?.[name]),
		old = before ? tally(before.counters?.[name]) : {all: 0, servfail: 0, times: {}};
	const waiting = listeners.filter((listener) => listener.state !== 'up');
	const state = listeners.length === 0
		? mark('none', 'no listener')
		: waiting.length > 0
		? mark('error', `${waiting.length} of ${listeners.length} not up`)
		: mark('ok', 'up');
	const bounds = Object.keys(now.times).map(Number).filter(Number.isFinite);
	const is_restarted = now.all < old.all;
	const figures = [
		['questions', service.rate?.window_s > 0 ? rate(service.rate[`${name}_qps`]) : NO_DATA],
		['p99', is_restarted ? NO_DATA : bound_text(percentile(now.times, old.times), Math.max(...bounds))],
		['SERVFAIL', is_restarted ? NO_DATA : share(ratio(now.servfail - old.servfail, now.all - old.all))],
	];
	return el('li', {class: `tile ${listeners.length === 0 ? 'absent' : ''}`, 'data-tile': `${service.name} ${name}`},
		el('p', {class: 'tile-head'}, el('strong', {class: 'name'}, service.name), family(name), state),
		listeners.length === 0
			? null
			: el('dl', {class: 'small-figures'},
				figures.map(([label, value]) => el('div', {}, el('dt', {}, label), el('dd', {}, value)))),
		el('p', {class: 'remark name'},
			listeners.map((listener) => `${listener.address}${listener.state === 'up' ? '' : ` ${listener.state}`}`).join(
				', ',
			)));
}

function readiness_text({readiness, reasons}) {
	if (readiness === 'ready') return 'ready';
	return `not ready${reasons?.length > 0 ? `: ${reasons.join(', ')}` : ''}`;
}

/* By who should have taken them: the query log, the sensors. */
function dropped_text(dropped) {
	const rows = Object.entries(dropped ?? {}).filter(([, value]) => value > 0);
	return rows.length > 0
		? `dropped on the way: ${rows.map(([name, value]) => `${name} ${count(value)}`).join(', ')}`
		: null;
}

function share_text(signals) {
	return signals?.share_parts > 1 ? `signals are of one question in ${count(signals.share_parts)}` : null;
}

export const verdict = {
	id: 'verdict',
	title: 'Verdict',
	question: 'Is anything unusual, and does each service answer over each family?',
	uses: ['status'],
	create(page) {
		const strip = el('div', {class: 'strip'}),
			more = el('div', {class: 'more'}),
			tiles = el('ul', {class: 'tiles', 'aria-label': 'Services by family'}),
			remark = el('p', {class: 'remark'});
		const past = []; /* status answers of the last minute, the oldest first */
		const shown = {};
		/* Only what changed is made anew, so that a list stays open and the focus where it is. */
		function renew(node, key, make) {
			if (shown[node.className] === key) return;
			shown[node.className] = key;
			replace(node, make());
		}
		function show_signals({data, error}) {
			const text = JSON.stringify([data?.signals, error?.message]);
			renew(strip, text + Math.floor(Date.now() / 60000), () => data
				? signals_node(data, page)
				: el('p', {class: 'note', id: 'signals'}, `Signals: ${NO_DATA}${error ? `, ${error.message}` : ''}.`));
			const ended = data?.signals.filter((signal) => signal.cleared);
			renew(more, JSON.stringify([ended, data?.undetermined]), () => data ? lists(data) : []);
		}
		function show_tiles(status, signals) {
			const at = Date.now();
			while (past.length > 1 && at - past[1].at >= WINDOW_MS) past.shift();
			const base = past.find((row) => row.status.started === status.started) ?? null;
			const before = (service) => base?.status.services.find((row) => row.name === service.name) ?? null;
			replace(tiles,
				status.services.flatMap((service) => ['ipv6', 'ipv4'].map((name) => tile(service, name, before(service)))));
			const since = base ? `of the last ${span((at - base.at) / 1000)}` : 'since the start';
			const text = [`p99 and SERVFAIL ${since}`, `up ${span(status.uptime_s)}`, readiness_text(status),
				dropped_text(status.log_dropped), share_text(signals)];
			replace(remark, text.filter((part) => part !== null).join('; '));
			if (past.at(-1)?.status !== status) past.push({at, status});
		}
		return {
			node: el('div', {}, strip, more, tiles, remark),
			update(state) {
				show_signals(state.signals);
				show_tiles(state.status.data, state.signals.data);
			},
		};
	},
};
