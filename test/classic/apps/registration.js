// Registers somebody with services over HTTP: retries, numbers and dates that are checked, a question whether to go on
// after a time out.
var go = {};
go;

var _ = require('lodash');
var moment = require('moment');
var Q = require('q');
var url = require('url');
var assert = require('assert');
var vumigo = require('vumigo_v02');
var Choice = vumigo.states.Choice;

go.utils = {
  is_true: function (value) {
    return value === true || value === 'true';
  },
  due: function (config, days) {
    return moment.utc(config.testing_today).add(days, 'days').format('dddd D MMMM YYYY');
  },
};

go.app = (function () {
  var App = vumigo.App;
  var JsonApi = vumigo.http.api.JsonApi;
  var HttpApi = vumigo.http.api.HttpApi;
  var ChoiceState = vumigo.states.ChoiceState;
  var EndState = vumigo.states.EndState;
  var FreeText = vumigo.states.FreeText;

  var GoRegistration = App.extend(function (self) {
    App.call(self, 'state_start');
    var $ = self.$;
    var interrupt = true;

    self.init = function () {
      self.http = new JsonApi(self.im, { auth: { username: 'kä', password: 'p:w' } });
      self.text = new HttpApi(self.im, { headers: { 'X-App': ['reg'] } });
      assert.equal(url.parse(self.im.config.api).protocol, 'http:');
    };

    self.add = function (name, creator) {
      self.states.add(name, function (name, opts) {
        if (!interrupt || self.im.msg.session_event !== 'new' || !self.im.user.answers.state_name) {
          return creator(name, opts);
        }
        interrupt = false;
        opts = opts || {};
        opts.name = name;
        return self.states.create('state_timed_out', opts);
      });
    };

    self.states.add('state_timed_out', function (name, creator_opts) {
      return new ChoiceState(name, {
        question: $('You have an incomplete registration. Go on?'),
        choices: [new Choice('continue', $('Yes')), new Choice('restart', $('Start over'))],
        next: function (choice) {
          if (choice.value === 'continue') {
            return { name: creator_opts.name, creator_opts: creator_opts };
          }
          self.im.user.answers = {};
          return 'state_start';
        },
      });
    });

    self.add('state_start', function (name) {
      return self.http
        .get(self.im.config.api + '/people', { params: { msisdn: self.im.user.addr, 'a b': ['x&y', 'ü'] } })
        .then(function (response) {
          self.im.user.set_answer('greeting', response.data.greeting);
          return self.states.create('state_name');
        });
    });

    self.add('state_name', function (name) {
      return new FreeText(name, {
        question: $('{{greeting}}, what is your name?').context({ greeting: self.im.user.answers.greeting }),
        check: function (content) {
          return Q.delay(1).then(function () {
            if (!/^[a-z ]+$/i.test(content)) {
              return $('Letters only. What is your name?');
            }
          });
        },
        next: 'state_days',
      });
    });

    self.add('state_days', function (name) {
      return new FreeText(name, {
        question: $('In how many days?'),
        check: function (content) {
          var n = Number(content);
          if (_.isNaN(n) || n < 1 || n > 300) {
            return $('{{n}} is no number of days.').context({ n: content });
          }
        },
        next: function (content) {
          return { name: 'state_due', creator_opts: { days: +content } };
        },
      });
    });

    self.add('state_due', function (name, opts) {
      return new ChoiceState(name, {
        question: $('On {{day}}?').context({ day: go.utils.due(self.im.config, opts.days) }),
        choices: [new Choice('true', $('Yes')), new Choice('false', $('No'))],
        next: function (choice) {
          return go.utils.is_true(choice.value)
            ? { name: 'state_send', creator_opts: { tries: 0 } }
            : 'state_days';
        },
      });
    });

    self.add('state_send', function (name, opts) {
      return self.http
        .post(self.im.config.api + '/flaky', {
          data: {
            name: self.im.user.answers.state_name,
            at: moment.utc(self.im.config.testing_today).format(),
          },
          params: { tries: opts.tries },
        })
        .then(
          function (response) {
            return self.states.create('state_thanks', { id: response.data.id, tries: opts.tries });
          },
          function (e) {
            if (opts.tries < 2) {
              return self.states.create(name, { tries: opts.tries + 1 });
            }
            return self.im.log.error(e.message).then(function () {
              throw e;
            });
          },
        );
    });

    self.add('state_thanks', function (name, opts) {
      return self.text
        .put(self.im.config.api + '/note', { data: 'thanks ' + opts.id })
        .then(function (response) {
          return new EndState(name, {
            text: $('Thank you. Number {{id}} after {{n}}: {{note}}').context({
              id: opts.id,
              n: opts.tries,
              note: response.data,
            }),
            next: 'state_start',
          });
        });
    });
  });

  return { GoRegistration: GoRegistration };
})();

go.init = (function () {
  return { im: new vumigo.InteractionMachine(api, new go.app.GoRegistration()) };
})();
