/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers and times as text. What is not known reads "no data", never 0. */
import {el} from './dom.js';

export const NO_DATA = 'no data';
const grouped = new Intl.NumberFormat('en', {maximumFractionDigits: 0});
const is_number = (value) => typeof value === 'number' && Number.isFinite(value);

export function count(value) {
	if (!is_number(value)) return NO_DATA;
	if (value >= 1e7) return `${(value / 1e6).toFixed(value >= 1e8 ? 0 : 1)} M`;
	return grouped.format(value);
}

/* For axes: whole where it is whole, else with a decimal. */
export function quantity(value) {
	return is_number(value) && value < 100 && !Number.isInteger(value) ? value.toFixed(1) : count(value);
}

export function decimal(value, digits = 2) {
	return is_number(value) ? value.toFixed(digits) : NO_DATA;
}

export function rate(per_s) {
	if (!is_number(per_s)) return NO_DATA;
	return `${per_s === 0 ? '0' : per_s < 10 ? per_s.toFixed(per_s < 0.1 ? 2 : 1) : grouped.format(per_s)}/s`;
}

export function share(part) {
	if (!is_number(part)) return NO_DATA;
	if (part === 0) return '0 %';
	if (part < 0.001) return '<0.1 %';
	if (part > 0.999 && part < 1) return '>99.9 %';
	return `${(100 * part).toFixed(part < 0.9995 ? 1 : 0)} %`;
}

/* null where one of them is not known or there is nothing to divide by. */
export function ratio(part, whole) {
	return is_number(part) && is_number(whole) && whole > 0 ? part / whole : null;
}

export function duration(us) {
	if (!is_number(us)) return NO_DATA;
	if (us === 0) return '0 ms';
	if (us < 1000) return `${(us / 1000).toFixed(2)} ms`;
	if (us < 10000) return `${(us / 1000).toFixed(1)} ms`;
	if (us < 1e6) return `${Math.round(us / 1000)} ms`;
	return `${(us / 1e6).toFixed(1)} s`;
}

export function span(seconds) {
	const s = Math.max(0, Math.round(seconds));
	if (s < 120) return `${s} s`;
	if (s < 7200) return `${Math.floor(s / 60)} min`;
	if (s < 172800) return `${Math.floor(s / 3600)} h`;
	return `${Math.floor(s / 86400)} d`;
}

/* RFC 3339 in UTC, whole seconds. */
export function stamp(date) {
	return `${date.toISOString().slice(0, 19)}Z`;
}

function local(date) {
	return `${date.toLocaleString(undefined, {dateStyle: 'full', timeStyle: 'long'})}`;
}

/* UTC as text, this browser's time on hover. The date may be hidden where there is little room. */
export function time(text, {fraction = false} = {}) {
	const date = new Date(text);
	if (!text || Number.isNaN(date.getTime())) return document.createTextNode(NO_DATA);
	const whole = fraction ? date.toISOString() : stamp(date);
	return el('time', {datetime: whole, title: `${whole}\n${local(date)}`},
		el('span', {class: 'date'}, whole.slice(0, 11)), whole.slice(11));
}

export const seconds_since = (text) => (Date.now() - new Date(text).getTime()) / 1000;

/* Adds up what is known of a series; null when nothing is. */
export function total(values) {
	const known = (values ?? []).filter(is_number);
	return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) : null;
}

/* Sums of what is known; null when none is. */
export function sum(...values) {
	return total(values);
}

/* The last that is known. */
export function last(values) {
	return (values ?? []).findLast(is_number) ?? null;
}
