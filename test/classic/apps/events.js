// Listens to all that happens and keeps a list of it.
var vumigo = require('vumigo_v02');
var states = vumigo.states;

var GoEvents = vumigo.App.extend(function (self) {
  vumigo.App.call(self, 'states:a');
  self.heard = [];
  self.hear = function (name) {
    return function (e) {
      self.heard.push(name + (e && e.user_terminated !== undefined ? ' ' + e.user_terminated : ''));
    };
  };

  self.init = function () {
    [
      'session:new',
      'session:resume',
      'session:close',
      'state:enter',
      'state:exit',
      'state:resume',
      'reply',
      'setup',
      'teardown',
      'inbound_message',
      'user user:new',
      'user user:load',
      'user user:save',
      'user user:reset',
      'im:shutdown',
    ].forEach(function (name) {
      self.im.on(name, self.hear(name));
    });
    self.im.on('im:shutdown', function () {
      self.im.user.metadata.heard = self.heard.slice();
      return self.im.api_request('kv.set', { key: 'heard', value: self.heard });
    });
  };
  self.states.add('states:a', function (name) {
    return new states.ChoiceState(name, {
      question: 'A?',
      choices: [new states.Choice('b', 'To b'), new states.Choice('c', 'To c')],
      next: function (choice) {
        return 'states:' + choice.value;
      },
    });
  });
  self.states.add('states:b', function (name) {
    return self.states.create('states:c');
  });
  self.states.add('states:c', function (name) {
    return new states.EndState(name, {
      text: 'C',
      next: function () {
        return self.im.log('leaves c').thenResolve('states:a');
      },
      events: { 'state:enter': self.hear('c enter'), 'state:resume': self.hear('c resume') },
    });
  });
});
var im = new vumigo.InteractionMachine(api, new GoEvents());
im.on('inbound_event', function (e) {
  return im
    .api_request('kv.incr', { key: 'events.' + e.cmd.msg.event_type, amount: 2 })
    .then(function (reply) {
      return im.log.critical('events: ' + reply.value);
    });
});
