/* SPDX-License-Identifier: BSD-2-Clause */
/* The page: what is asked for (stream, span, clients), asking again while it is looked at, and telling the panels. */
import {ApiError, get, post} from './api.js';
import {repaint_all} from './chart.js';
import {el, replace} from './dom.js';
import {span, stamp} from './format.js';
import {Frame, STREAMS} from './panel.js';
import {clusters} from './panels/clusters.js';
import {delegation} from './panels/delegation.js';
import {dns64} from './panels/dns64.js';
import {doctor} from './panels/doctor.js';
import {failures} from './panels/failures.js';
import {mix} from './panels/mix.js';
import {tail} from './panels/tail.js';
import {transport} from './panels/transport.js';
import {upstream} from './panels/upstream.js';
import {validation} from './panels/validation.js';
import {verdict} from './panels/verdict.js';

const PANELS = [mix, failures, transport, clusters, dns64, validation, upstream, delegation, tail, doctor];
const PERIOD_MS = 10000, RETRY_MS = 3000;
const PREFIX = /^[0-9a-f:.]{2,45}\/\d{1,3}$/i;

/* name: how panels call the answer; the rest is what is asked. */
const ASKED = [
	{name: 'status', path: 'status'},
	{name: 'signals', path: 'signals'},
	{name: 'series', path: 'series', of: ({stream, minutes, client}) => ({stream, minutes, client})},
	{name: 'prefixes', path: 'top', of: ({stream, minutes}) => ({by: 'prefix', stream, minutes})},
	{name: 'names', path: 'top', of: ({stream, minutes, client}) => ({by: 'name', stream, minutes, client})},
	{name: 'synthesized', path: 'top', of: ({stream, minutes, client}) => ({by: 'dns64', stream, minutes, client})},
	{name: 'upstream', path: 'upstream'},
	{name: 'zones', path: 'zones'},
];

const byId = (id) => document.getElementById(id);
const nothing = () => ({data: null, error: null});
const state = {
	stream: 'rec',
	minutes: 60,
	client: null,
	...Object.fromEntries(ASKED.map(({name}) => [name, nothing()])),
};
window.__sextant = {series: {}, state};

const page = {
	show_stream,
	filter_client,
	tail_name: (name) => page.on_tail_name(name),
	examine: (name) => page.on_examine(name),
};

let frames = [], round = 0, timer = null, answered = null, lost_since = null;

/* --- Where we are is in the address, so that it can be passed on --- */

function address_read() {
	const given = new URLSearchParams(location.hash.slice(1));
	if (STREAMS.some(({id}) => id === given.get('stream'))) state.stream = given.get('stream');
	if ([...byId('minutes').options].some(({value}) => value === given.get('minutes')))
		state.minutes = Number(given.get('minutes'));
	if (PREFIX.test(given.get('client') ?? '')) state.client = given.get('client');
}

function address_write() {
	const {stream, minutes, client} = state;
	history.replaceState(null, '', `#${new URLSearchParams({stream, minutes, ...(client ? {client} : {})})}`);
}

/* --- Asking --- */

/* Answers may lack what they do not know; panels get arrays of one length. */
function series_read(answer) {
	const start_s = Math.floor(new Date(answer.start).getTime() / 1000), {series, step_s} = answer;
	const length = Math.max(0, ...Object.values(series).filter(Array.isArray).map((values) => values.length));
	return {...answer, client: answer.client ?? null, x: Array.from({length}, (_, at) => start_s + at * step_s)};
}

async function ask({name, path, of}, asked_round) {
	const answer = {data: null, error: null};
	try {
		answer.data = await get(path, of ? of(state) : {});
		if (name === 'series') answer.data = series_read(answer.data);
	} catch (error) {
		answer.error = error instanceof ApiError ? error : new ApiError(0, null);
	}
	if (asked_round !== round) return answer;
	state[name] = answer.error && state[name].data !== null ? {data: state[name].data, error: answer.error} : answer;
	return answer;
}

async function refresh() {
	clearTimeout(timer);
	const asked_round = ++round;
	const answers = await Promise.all(ASKED.map((row) => ask(row, asked_round)));
	if (asked_round !== round) return;
	const errors = answers.map(({error}) => error).filter((error) => error !== null);
	if (errors.some(({status}) => status === 401)) {
		login_show();
		return;
	}
	const is_lost = errors.length === ASKED.length && errors.every(({status}) => status === 0 || status >= 500);
	connection_tell(is_lost);
	draw();
	timer = setTimeout(refresh_seen, is_lost ? RETRY_MS : PERIOD_MS);
}

/* Nobody looks: nothing is asked until somebody does. */
function refresh_seen() {
	if (document.hidden) document.addEventListener('visibilitychange', refresh, {once: true});
	else refresh();
}

/* --- Telling --- */

function connection_tell(is_lost) {
	const connection = byId('connection'), lost = byId('lost');
	if (!is_lost) {
		answered = new Date();
		lost_since = null;
	} else lost_since ??= new Date();
	document.body.dataset.state = is_lost ? 'lost' : 'live';
	connection.textContent = is_lost ? 'Not connected' : 'Live';
	connection.title = answered ? `Last answer ${stamp(answered)}` : '';
	lost.hidden = !is_lost;
	const text = is_lost
		? `The server has not answered since ${stamp(lost_since)}. ${
			answered ? `What is shown is of ${stamp(answered)}.` : ''
		} Trying again every ${span(RETRY_MS / 1000)}.`
		: '';
	if (lost.textContent !== text) lost.textContent = text;
}

function filter_tell() {
	const node = byId('filter');
	node.hidden = state.client === null;
	replace(node, state.client === null
		? []
		: ['Only clients in ', el('b', {class: 'name'}, state.client), ' ',
			el('button', {type: 'button', class: 'small', id: 'filter-clear', onclick: () => filter_client(null)},
				'Show all clients')]);
}

/* Spans beyond what the server keeps cannot be chosen. */
function spans_tell() {
	const kept = state.series.data?.kept_minutes;
	for (const option of byId('minutes').options)
		option.disabled = typeof kept === 'number' && Number(option.value) > kept && Number(option.value) > 60;
}

function draw() {
	const node = state.status.data?.node ?? '',
		active = state.signals.data?.signals.filter(({cleared}) => !cleared).length;
	byId('node').textContent = node;
	document.title = `${active ? `▲ ${active} ` : ''}${node ? `${node} – ` : ''}Sextant`;
	spans_tell();
	for (const frame of frames) frame.update(state);
	document.body.dataset.ready = `${state.stream} ${state.minutes} ${state.client ?? ''}`.trim();
}

/* --- What is asked for --- */

function choose(change, {stream = false} = {}) {
	Object.assign(state, change);
	delete document.body.dataset.ready;
	for (const name of stream ? ['series', 'prefixes', 'names', 'synthesized'] : []) state[name] = nothing();
	address_write();
	filter_tell();
	tabs_tell();
	if (stream) { for (const frame of frames) frame.update(state); }
	refresh();
}

function show_stream(id) {
	choose({stream: id}, {stream: true});
}

/* stream: the one in which the clients were seen; left out: the one that is shown. */
function filter_client(prefix, stream = state.stream) {
	choose({client: prefix, stream}, {stream: stream !== state.stream});
}

function tabs_tell() {
	for (const tab of byId('tabs').children) {
		const is_chosen = tab.dataset.stream === state.stream;
		tab.setAttribute('aria-selected', String(is_chosen));
		tab.tabIndex = is_chosen ? 0 : -1;
	}
	byId('panels').setAttribute('aria-labelledby', `tab-${state.stream}`);
}

/* Arrow keys, Home and End, as the ARIA practices have it. */
function tabs_key(event) {
	const at = STREAMS.findIndex(({id}) => id === state.stream), end = STREAMS.length - 1;
	const to = {ArrowRight: at === end ? 0 : at + 1, ArrowLeft: at === 0 ? end : at - 1, Home: 0, End: end}[event.key];
	if (to === undefined) return;
	event.preventDefault();
	show_stream(STREAMS[to].id);
	byId(`tab-${STREAMS[to].id}`).focus();
}

function tabs_make() {
	const tabs = byId('tabs');
	replace(tabs,
		STREAMS.map(({id, title, tells}) =>
			el('button', {
				type: 'button',
				role: 'tab',
				id: `tab-${id}`,
				'data-stream': id,
				'aria-controls': 'panels',
				title: tells,
				onclick: () => show_stream(id),
			}, title)
		));
	tabs.addEventListener('keydown', tabs_key);
}

/* --- What this browser keeps. Some keep nothing: a choice is for this visit then --- */

function keep(name, value) {
	try {
		localStorage.setItem(name, value);
	} catch { /* as above */ }
}

function kept(name) {
	try {
		return localStorage.getItem(name) ?? '';
	} catch {
		return '';
	}
}

/* --- Colours --- */

function theme_set(theme) {
	if (theme) document.documentElement.dataset.theme = theme;
	else delete document.documentElement.dataset.theme;
	keep('theme', theme);
	repaint_all();
}

function theme_make() {
	const select = byId('theme'), chosen = kept('theme');
	select.value = [...select.options].some(({value}) => value === chosen) ? chosen : '';
	theme_set(select.value);
	select.addEventListener('change', () => theme_set(select.value));
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint_all);
}

/* --- Log in --- */

function login_show() {
	document.body.dataset.state = 'login';
	byId('connection').textContent = 'Not logged in';
	if (!byId('login').open) byId('login').showModal();
}

async function login_send(event) {
	event.preventDefault();
	const token = byId('token'), fault = byId('login-error');
	try {
		await post('login', {token: token.value});
	} catch (error) {
		fault.textContent = error.status === 401 ? 'This is not the token.' : `Not logged in: ${error.message}.`;
		token.select();
		return;
	}
	token.value = '';
	fault.textContent = '';
	keep('is-logged-in', 'yes');
	byId('logout').hidden = false;
	byId('login').close();
	page.on_login();
	refresh();
}

async function logout() {
	await post('logout', {}).catch(() => {});
	keep('is-logged-in', '');
	location.reload();
}

function start() {
	address_read();
	byId('minutes').value = String(state.minutes);
	byId('minutes').addEventListener('change', (event) => choose({minutes: Number(event.target.value)}));
	byId('login-form').addEventListener('submit', login_send);
	byId('login').addEventListener('cancel', (event) => event.preventDefault());
	byId('logout').addEventListener('click', logout);
	byId('logout').hidden = kept('is-logged-in') === '';
	theme_make();
	tabs_make();
	const strip = new Frame(verdict, page);
	replace(byId('verdict'), strip.node);
	const rest = PANELS.map((panel) => new Frame(panel, page));
	replace(byId('panels'), rest.map(({node}) => node));
	frames = [strip, ...rest];
	tabs_tell();
	filter_tell();
	refresh();
}

start();
