'use strict';
// Written when Node had come further: classes, async functions, destructuring.
const {
  App,
  InteractionMachine,
  states: { ChoiceState, Choice, EndState, FreeText },
} = require('vumigo_v02');
const { bigquery = 'none' } = require('@google-cloud/bigquery') || {};
let visits = 0;

class Shelf {
  constructor(books) {
    this.books = books;
  }
  get size() {
    return this.books.length;
  }
  static of(...books) {
    return new Shelf(books);
  }
}

const later = async (value) => {
  await null;
  return value;
};

const GoShelf = App.extend(function (self) {
  App.call(self, 'state_start');
  self.init = async () => {
    visits += 1;
    self.shelf = Shelf.of('a', 'b');
  };

  self.states.add(
    'state_start',
    (name) =>
      new FreeText(name, {
        question: `Books: ${self.shelf.size}, ${bigquery}, ${visits}`,
        check: async (content) => ((await later(content)) === 'bad' ? 'Bad' : null),
        next: async (content) => ({ name: 'state_end', creator_opts: { content } }),
      }),
  );
  self.states.add('state_end', async (name, { content }) => {
    const { value } = await self.im.api_request('kv.incr', { key: 'shelf', amount: content.length });
    return new EndState(name, {
      text: `${content}: ${value} ${new Function('return Shelf.of(1, 2, 3).size + visits')()}`,
      next: 'state_start',
    });
  });
});

new InteractionMachine(api, new GoShelf());
