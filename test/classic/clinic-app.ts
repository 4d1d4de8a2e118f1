/**
 * A classic app as authors wrote them for Vumi Go: one script that speaks through the toolkit. It walks through most of
 * the toolkit's states. `legacy` uses what only lodash 2.4 has.
 */
export function clinicApp(set: 'modern' | 'legacy'): string {
  const contains = set === 'legacy' ? "_.contains(['yes', 'no'], 'yes')" : "_.includes(['yes', 'no'], 'yes')";
  return `
var go = {};
go;

go.app = function() {
  var vumigo = require('vumigo_v02');
  var _ = require('lodash');
  var moment = require('moment');
  var Q = require('q');
  var App = vumigo.App;
  var Choice = vumigo.states.Choice;
  var ChoiceState = vumigo.states.ChoiceState;
  var EndState = vumigo.states.EndState;
  var FreeText = vumigo.states.FreeText;
  var LanguageChoice = vumigo.states.LanguageChoice;
  var MenuState = vumigo.states.MenuState;
  var PaginatedChoiceState = vumigo.states.PaginatedChoiceState;
  var PaginatedState = vumigo.states.PaginatedState;
  var JsonApi = vumigo.http.api.JsonApi;

  var GoClinic = App.extend(function(self) {
    App.call(self, 'states:menu');
    var $ = self.$;

    self.init = function() {
      self.http = new JsonApi(self.im);
      self.im.on('session:new', function() {
        return self.im.metrics.fire.inc('sessions', {amount: 1});
      });
      self.im.on('session:close', function(e) {
        if (!e.user_terminated) { return; }
        return self.im.outbound.send_to_user({endpoint: 'sms', content: $('Dial again to go on.')});
      });
    };

    self.states.add('states:menu', function(name) {
      return new MenuState(name, {
        question: $('Clinic'),
        choices: [
          new Choice('states:name', $('Register')),
          new Choice('states:language', $('Language')),
          new Choice('states:clinics', $('Clinics')),
          new Choice('states:about', $('About')),
          new Choice('states:remote', $('Remote')),
          new Choice('states:broken', $('Broken')),
          new Choice('states:people', $('People'))
        ]
      });
    });

    self.states.add('states:name', function(name) {
      return new FreeText(name, {
        question: $('What is your name?'),
        check: function(content) {
          if (content.length < 2) { return $('That is too short. What is your name?'); }
        },
        next: 'states:sure'
      });
    });

    self.states.add('states:sure', function(name) {
      return new ChoiceState(name, {
        question: $('Are you {{who}}?').context({who: self.im.user.answers['states:name']}),
        error: $('Please choose a number.'),
        choices: [new Choice('yes', $('Yes')), new Choice('no', $('No'))],
        next: function(choice) {
          return choice.value === 'yes'
            ? {name: 'states:done', creator_opts: {at: ${contains}}}
            : 'states:name';
        }
      });
    });

    self.states.add('states:done', function(name, opts) {
      return new EndState(name, {
        text: $('Thank you, {{who}} ({{at}}, {{day}}).').context({
          who: self.im.user.answers['states:name'],
          at: opts.at,
          day: moment.utc(self.im.msg.timestamp).format('YYYY')
        }),
        next: 'states:menu'
      });
    });

    self.states.add('states:language', function(name) {
      return new LanguageChoice(name, {
        question: $('Which language?'),
        choices: [new Choice('en', 'English'), new Choice('zul', 'isiZulu')],
        next: 'states:menu'
      });
    });

    self.states.add('states:clinics', function(name) {
      return new PaginatedChoiceState(name, {
        question: $('Which clinic?'),
        options_per_page: 2,
        choices: _.map(['Alpha', 'Beta', 'Gamma', 'Delta', 'Epsilon'], function(clinic) {
          return new Choice(clinic.toLowerCase(), clinic);
        }),
        next: function(choice) {
          return {name: 'states:chosen', creator_opts: {clinic: choice.value}};
        }
      });
    });

    self.states.add('states:chosen', function(name, opts) {
      return new EndState(name, {text: 'You chose ' + opts.clinic + '.', next: 'states:menu'});
    });

    self.states.add('states:about', function(name) {
      return new PaginatedState(name, {
        text: $('This clinic is open every day from eight until five, and on Sundays for emergencies only.'),
        characters_per_page: 60,
        next: 'states:menu'
      });
    });

    self.states.add('states:remote', function(name) {
      return self.http
        .post(self.im.config.api + '/people', {data: {addr: self.im.user.addr}, params: {a: ['1', '2'], b: 'x y'}})
        .then(function(response) {
          return new EndState(name, {text: response.code + ' ' + response.data.greeting, next: 'states:menu'});
        }, function(error) {
          return new EndState(name, {text: 'Failed: ' + error.response.code, next: 'states:menu'});
        });
    });

    self.states.add('states:broken', function(name) {
      throw new Error('no such luck');
    });

    self.states.add('states:people', function(name) {
      return self.im.contacts.for_user()
        .then(function(contact) {
          contact.name = 'Thandi';
          contact.extra.visits = '1';
          return self.im.contacts.save(contact);
        })
        .then(function() { return self.im.contacts.for_user(); })
        .then(function(contact) {
          return new EndState(name, {text: contact.name + ' ' + contact.extra.visits + ' ' + contact.msisdn, next: 'states:menu'});
        });
    });
  });

  return {GoClinic: GoClinic};
}();

go.init = function() {
  var vumigo = require('vumigo_v02');
  if (typeof api === 'undefined') { return {}; }
  return {im: new vumigo.InteractionMachine(api, new go.app.GoClinic())};
}();
`;
}
