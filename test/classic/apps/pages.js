// Shows much on small screens, and answers or keeps silent as it is told.
var vumigo = require('vumigo_v02');
var _ = require('lodash');
var states = vumigo.states;
var Choice = states.Choice;

var GoPages = vumigo.App.extend(function (self) {
  vumigo.App.call(self, 'states:menu');
  var $ = self.$;

  self.states.add('states:menu', function (name) {
    return new states.MenuState(name, {
      question: 'Pages',
      choices: [
        new Choice('states:book', 'Book'),
        new Choice('states:auto', 'Auto'),
        new Choice('states:text', 'Text'),
        new Choice('states:silent', 'Silent'),
        new Choice('states:open', 'Open'),
        new Choice('states:metadata', 'Metadata'),
      ],
    });
  });
  self.states.add('states:book', function (name) {
    return new states.BookletState(name, {
      pages: 3,
      initial_page: 1,
      page_text: function (n) {
        return $('Page {{n}}').context({ n: n });
      },
      footer_text: $('\n1. Back 2. On 0. Out'),
      next: 'states:menu',
    });
  });
  self.states.add('states:auto', function (name) {
    return new states.PaginatedChoiceState(name, {
      question: $('Which of these?'),
      characters_per_page: 120,
      options_per_page: null,
      more: $('Next'),
      back: $('Previous'),
      choices: _.map(
        [
          'A first and long one',
          'A second, longer one than that',
          'Third',
          'The fourth, which is also long',
          'Fifth',
          'Sixth and last of all of them',
        ],
        function (label, index) {
          return new Choice('choice' + index, label);
        },
      ),
      next: function (choice) {
        return { name: 'states:end', creator_opts: { text: choice.value + ' ' + choice.label } };
      },
    });
  });
  self.states.add('states:text', function (name) {
    return new states.PaginatedState(name, {
      text: _.map(_.range(30), function (n) {
        return 'word' + n;
      }).join(' '),
      characters_per_page: 80,
      more: 'm',
      back: 'b',
      exit: 'x',
      next: { name: 'states:end', creator_opts: { text: 'read' } },
    });
  });
  self.states.add('states:silent', function (name) {
    return new states.FreeText(name, {
      question: 'unheard',
      send_reply: false,
      next: { name: 'states:end', creator_opts: { text: 'silent' } },
    });
  });
  self.states.add('states:open', function (name) {
    return new states.EndState(name, {
      text: 'still open',
      continue_session: function () {
        return true;
      },
      next: 'states:menu',
    });
  });
  self.states.add('states:metadata', function (name) {
    return new states.FreeText(name, {
      question: 'Say go',
      metadata: { seen: 1 },
      events: {
        'state:invalid': function () {
          return self.im.log.debug('invalid');
        },
      },
      check: function (content) {
        this.metadata.seen = (this.metadata.seen || 0) + 1;
        return content === 'go' ? null : 'Not ' + content;
      },
      next: function () {
        return { name: 'states:end', metadata: { from: name }, creator_opts: { text: 'over' } };
      },
    });
  });
  self.states.add('states:end', function (name, opts) {
    return new states.EndState(name, { text: opts.text, next: 'states:menu' });
  });
});
vumigo.interact(api, function () {
  return new GoPages();
});
