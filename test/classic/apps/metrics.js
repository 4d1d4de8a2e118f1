// Counts what its users do.
var vumigo = require('vumigo_v02');
var MetricsHelper = require('go-jsbox-metrics-helper');
var states = vumigo.states;

var GoMetrics = vumigo.App.extend(function (self) {
  vumigo.App.call(self, 'states:one');

  self.init = function () {
    self.metrics = new MetricsHelper(self.im);
    self.metrics.add
      .total_unique_users('users')
      .add.total_sessions()
      .add.total_state_actions({ state: 'states:two', action: 'enter' }, 'entered_two')
      .add.sessions_until_state({ state: 'states:three', action: 'enter' })
      .add.time_between_states(
        { state: 'states:one', action: 'exit' },
        { state: 'states:three', action: 'enter' },
        'time',
      )
      .add.sessions_between_states(
        { state: 'states:one' },
        { state: 'states:three', action: 'enter' },
        'between',
      )
      .add.tracker(
        { state: 'states:one', action: 'exit' },
        { state: 'states:two', action: 'enter' },
        { time_between_states: 'tracked' },
      )
      .add.trigger({ state: 'states:two', action: 'exit' }, { total_state_actions: 'left_two' });
  };

  self.states.add('states:one', function (name) {
    return new states.FreeText(name, {
      question: 'One?',
      next: 'states:two',
      events: {
        'state:enter': function () {
          return self.im.metrics.fire.max('enter', 5);
        },
        'state:exit': function () {
          return self.im.metrics.fire('exit', 0.5, 'min');
        },
        'state:input': function (e) {
          return self.im.metrics.fire.last('length', e.content.length);
        },
        'state:show': function () {
          return self.im.metrics.fire.sum('shown', 1);
        },
      },
    });
  });
  self.states.add('states:two', function (name) {
    return new states.FreeText(name, { question: 'Two?', next: 'states:three' });
  });
  self.states.add('states:three', function (name) {
    return self.im.metrics.fire.inc('threes', { amount: 3 }).then(function (n) {
      return new states.EndState(name, { text: 'Threes: ' + n, next: 'states:one' });
    });
  });
});
new vumigo.InteractionMachine(api, new GoMetrics());
