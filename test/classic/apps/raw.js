// Without a toolkit.
api.log_info('From init!');

api.on_unknown_command = function (command) {
  this.log_info('From unknown: ' + command.cmd);
  this.done();
};

var answers = {
  echo: function (rest, msg) {
    api.say(rest + ' from ' + msg.helper_metadata.delivery_class, msg);
  },
  count: function (rest, msg) {
    api.request('kv.incr', { key: 'raw.' + msg.from_addr, amount: Number(rest) || 1 }, function (reply) {
      this.say(reply.success ? String(reply.value) : reply.reason, msg);
    });
  },
  keep: function (rest, msg) {
    api.request(
      'kv.set',
      { key: 'raw.kept', value: { rest: rest, list: [1, null, { ü: true }] }, seconds: 60 },
      function (reply) {
        this.request('kv.get', { key: 'raw.kept' }, function (reply) {
          this.request('kv.delete', { key: 'raw.kept' }, function (gone) {
            api.say(JSON.stringify(reply.value) + gone.existed, msg);
          });
        });
      },
    );
  },
  silent: function () {
    api.done();
  },
  twice: function (rest, msg) {
    api.request('outbound.reply_to', { content: 'one', in_reply_to: msg.message_id }, function (reply) {
      api.request(
        'outbound.reply_to',
        { content: null, in_reply_to: msg.message_id, continue_session: false },
        function () {
          api.done();
        },
      );
    });
    api.request('outbound.send_to_endpoint', { content: 'three', to_addr: '+1', endpoint: 'sms' });
  },
  crypto: function (rest, msg) {
    api.say(
      [
        require('crypto').randomBytes(4).length,
        require('querystring').stringify({ a: ['b', 'c d'], e: 'ü' }),
        require('url').format({ protocol: 'http', host: 'x.y', pathname: '/z', query: { q: 1 } }),
        require('libxmljs'),
        require('fs'),
      ].join(' '),
      msg,
    );
  },
  never: function () {},
  loop: function () {
    api.request('config.get', { key: 'a' }, function () {
      throw new Error('after it');
    });
  },
  log: function (rest, msg) {
    ['debug', 'info', 'warning', 'error', 'critical'].forEach(function (level) {
      api.request('log.' + level, { msg: level });
    });
    api.say('logged', msg);
  },
  push: function (rest, msg) {
    api.request('outbound.reply_to_group', { content: 'all', in_reply_to: msg.message_id }, function (r) {
      api.say(String(r.success), msg);
    });
  },
};

api.say = function (content, msg) {
  this.request(
    'outbound.reply_to',
    { content: content, in_reply_to: msg.message_id, continue_session: true },
    function () {
      this.done();
    },
  );
};

api.on_inbound_message = function (command) {
  var words = /^(\S*)\s*(.*)$/.exec(command.msg.content || 'echo nothing');
  answers[words[1]](words[2], command.msg);
};
