// Goes wrong in as many ways as there are: the content says how.
var vumigo = require('vumigo_v02');
var Q = require('q');
var App = vumigo.App;
var EndState = vumigo.states.EndState;
var FreeText = vumigo.states.FreeText;

var GoFailures = App.extend(function (self) {
  App.call(self, 'states:ask');

  self.init = function () {
    self.json = new vumigo.http.api.JsonApi(self.im);
    self.im.on('app:error', function () {
      throw new Error('never emitted so');
    });
    self.im.on('im:error', function (e) {
      self.im.log.warning('im:error ' + e.error.message);
    });
    self.im.on('session:resume', function () {
      if (self.im.msg.content === 'throw in listener') {
        throw new Error('in a listener');
      }
    });
  };

  self.ways = {
    throw: function () {
      throw new Error('thrown');
    },
    'throw text': function () {
      throw 'a text';
    },
    'throw nothing': function () {
      throw undefined;
    },
    reject: function () {
      return Q.reject(new Error('rejected'));
    },
    'type error': function () {
      return self.im.nothing.here;
    },
    'missing state': function () {
      return self.states.create('states:not:there');
    },
    'not found': function () {
      return self.json.get(self.im.config.api + '/missing');
    },
    'server error': function () {
      return self.json.post(self.im.config.api + '/broken', { data: { a: 1 } });
    },
    'no json': function () {
      return self.json.get(self.im.config.api + '/text');
    },
    'nobody listens': function () {
      return self.json.get('http://127.0.0.1:1/x');
    },
    'no url': function () {
      return self.im.api_request('http.get', {});
    },
    'bad metric': function () {
      return self.im.metrics.fire('9 is no name', 1, 'sum');
    },
    'not a number': function () {
      return self.im.metrics.fire.avg('ratio', 0 / 0);
    },
    'no endpoint': function () {
      return self.im.outbound.send({ to: '+1', endpoint: 'nowhere', content: 'x' });
    },
    'no contact': function () {
      return self.im.contacts.get('+1999', { create: false });
    },
    'no group': function () {
      return self.im.groups.get('nobody');
    },
    'no translation': function () {
      return self.im.user.set_lang('xx').then(function () {
        return self.im.user.set_lang(null);
      });
    },
    'unknown action': function () {
      return self.im.api_request('kv.melt', { key: 'a' });
    },
    'unknown resource': function () {
      return self.im.api_request('melt.kv', { key: 'a' });
    },
    'no resource': function () {
      return self.im.api_request('melt', { key: 'a' });
    },
    'incr of a text': function () {
      return self.im.api_request('kv.set', { key: 'text', value: 'x' }).then(function () {
        return self.im.api_request('kv.incr', { key: 'text' });
      });
    },
    'reply to another': function () {
      return self.im.api_request('outbound.reply_to', { content: 'x', in_reply_to: 'other' });
    },
    never: function () {
      return Q.defer().promise;
    },
    forgotten: function () {
      Q.reject(new Error('unheard'));
    },
    'done with it': function () {
      Q.reject(new Error('uncaught')).done();
      return Q.defer().promise;
    },
    late: function () {
      self.im.api.request('log.info', { msg: 'now' }, function () {
        throw new Error('in a callback');
      });
      return Q.defer().promise;
    },
  };

  self.states.add('states:ask', function (name) {
    return new FreeText(name, {
      question: 'How?',
      next: function (content) {
        return { name: 'states:go', creator_opts: { way: content } };
      },
    });
  });

  self.states.add('states:go', function (name, opts) {
    if (opts.way === 'gone') {
      return new EndState(name, { text: 'going', next: 'states:gone' });
    }
    return Q(self.ways[opts.way] && self.ways[opts.way]()).then(function () {
      return new EndState(name, { text: 'nothing went wrong', next: 'states:ask' });
    });
  });

  self.states.add('states:caught', function (name) {
    return new EndState(name, { text: 'caught', next: 'states:ask' });
  });
});

if (typeof api !== 'undefined') {
  new vumigo.InteractionMachine(api, new GoFailures());
}
this.GoFailures = GoFailures;
