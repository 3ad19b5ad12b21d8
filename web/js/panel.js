/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frame of a panel: heading, the question it answers, what cannot be shown and why, and its content.
 * A panel is {id, title, question, uses, create()}; create returns {node, update(state)}, and update returns nothing or
 * the sentence that stands in place of the content. uses: the answers of the server it reads; narrows: those of them
 * that can be of one network alone; streams: those that have it.
 */
import {el, replace} from './dom.js';

export const STREAMS = [
	{id: 'rec', title: 'Recursive', tells: 'Questions that resolvers were asked'},
	{id: 'auth', title: 'Authoritative', tells: 'Questions that authoritative services were asked'},
	{id: 'probe', title: 'Probes', tells: 'Questions that this daemon asks by itself'},
];

const LOST = 0;

function refusal(answer) {
	if (answer.error.status === 404 || answer.error.status === 501)
		return `The server does not tell this: ${answer.error.message}.`;
	return answer.error.status === LOST ? 'No data: the server does not answer.' : `No data: ${answer.error.message}.`;
}

function elsewhere(panel, stream, show) {
	const rows = STREAMS.filter(({id}) => panel.streams.includes(id));
	const button = ({id, title}) => el('button', {type: 'button', class: 'link', onclick: () => show(id)}, title);
	return [`The stream ${STREAMS.find(({id}) => id === stream).title} has none of this. It is in: `,
		rows.flatMap((row, at) => at > 0 ? [', ', button(row)] : [button(row)]), '.'];
}

export class Frame {
	constructor(panel, page) {
		this.panel = panel;
		this.page = page;
		this.inside = panel.create(page);
		this.scope = el('span', {class: 'scope', hidden: true}, 'all clients');
		this.note = el('p', {class: 'note', role: 'status'}, 'Loading');
		this.inside.node.hidden = true;
		this.node = el('section', {
			id: `panel-${panel.id}`,
			class: `panel ${panel.is_wide ? 'wide' : ''}`,
			'aria-labelledby': `title-${panel.id}`,
		},
			el('header', {}, el('h2', {id: `title-${panel.id}`}, panel.title, ' ', this.scope),
				el('p', {class: 'question'}, panel.question)), this.note, this.inside.node);
	}

	/* state: what was asked for, and each answer as {data, error}. One lost on the way leaves the last one standing. */
	update(state) {
		const answers = (this.panel.uses ?? []).map((name) => state[name]);
		const failed = answers.find((answer) => answer.error && answer.data === null);
		this.scope.hidden = state.client === null
			|| !(this.panel.narrows ?? []).some((name) => state[name].data && state[name].data.client !== state.client);
		if (this.panel.streams && !this.panel.streams.includes(state.stream))
			this.say(elsewhere(this.panel, state.stream, this.page.show_stream));
		else if (failed) this.say(refusal(failed));
		else if (answers.some((answer) => answer.data === null)) this.say('Loading');
		else this.draw(state);
	}

	draw(state) {
		this.say(null); /* shown first: a chart in a hidden node has no width */
		const instead = this.inside.update(state);
		if (instead) this.say(instead);
	}

	say(text) {
		this.inside.node.hidden = text !== null;
		this.note.hidden = text === null;
		this.node.classList.toggle('bare', text !== null);
		if (text !== null && this.note.textContent !== text) replace(this.note, text);
	}
}
