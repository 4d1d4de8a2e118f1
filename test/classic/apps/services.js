// Talks to the services of a maternal health programme, with the helpers of that programme.
var go = {};
go.app = (function () {
  var vumigo = require('vumigo_v02');
  var seed = require('seed-jsbox-utils');
  var Q = require('q');
  var states = vumigo.states;
  var utils = seed.utils;

  return vumigo.App.extend(function (self) {
    vumigo.App.call(self, 'state_start');
    var $ = self.$;

    self.init = function () {
      if (!seed.IdentityStore) {
        return;
      }
      var http = function () {
        return new vumigo.http.api.JsonApi(self.im, {});
      };
      self.is = new seed.IdentityStore(http(), 'token', self.im.config.api + '/is/');
      self.sbm = new seed.StageBasedMessaging(http(), 'token', self.im.config.api + '/sbm/');
      self.ms = new seed.MessageSender(http(), 'token', self.im.config.api + '/ms/');
      self.hub = new seed.Hub(http(), 'token', self.im.config.api + '/hub/');
    };

    self.states.add('state_start', function (name) {
      if (utils.timed_out(self.im) && utils.timeout_redirect(self.im)) {
        return self.states.create('state_timed_out');
      }
      return self.states.create('state_msisdn');
    });
    self.states.add('state_timed_out', function (name) {
      return new states.EndState(name, { text: $('You were away'), next: 'state_msisdn' });
    });
    self.states.add('state_msisdn', function (name) {
      return new states.FreeText(name, {
        question: $('Number?'),
        check: function (content) {
          if (!utils.is_valid_msisdn(content, 'ZA')) {
            return $('No number. Number?');
          }
        },
        next: 'state_month',
      });
    });
    self.states.add('state_month', function (name) {
      return new states.PaginatedChoiceState(name, {
        question: $('Month?'),
        characters_per_page: 160,
        options_per_page: 4,
        choices: utils.make_month_choices(
          $,
          utils.get_moment_date('2016-05-17', 'YYYY-MM-DD'),
          9,
          1,
          'YYYYMM',
          'MMMM YYYY',
        ),
        next: 'state_id',
      });
    });
    self.states.add('state_id', function (name) {
      return new states.FreeText(name, {
        question: $('ID?'),
        check: function (content) {
          if (!utils.validate_id_za(content)) {
            return $('No ID. ID?');
          }
        },
        next: 'state_identity',
      });
    });
    self.states.add('state_identity', function (name) {
      var answers = self.im.user.answers;
      var number = utils.normalize_msisdn(answers.state_msisdn, 'ZA');
      var text = [
        number,
        utils.readable_msisdn(number, 'ZA'),
        answers.state_month,
        utils.extract_za_id_dob(answers.state_id),
      ].join(' ');
      if (!self.is) {
        return new states.EndState(name, { text: text, next: 'state_start' });
      }
      return self.is
        .get_or_create_identity({ msisdn: number })
        .then(function (identity) {
          return Q.all([
            self.sbm.list_active_subscriptions(identity.id),
            self.hub.create_registration({ mother_id: identity.id }),
            self.ms.create_outbound({ to_identity: identity.id, content: 'Hi', metadata: {} }, '+1'),
          ]);
        })
        .spread(function (subscriptions) {
          return new states.EndState(name, { text: text + ' ' + subscriptions.count, next: 'state_start' });
        });
    });
  });
})();
new (require('vumigo_v02').InteractionMachine)(api, new go.app());
