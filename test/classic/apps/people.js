// Keeps people and groups of people, and lets them opt out; the content is a command, as by SMS.
var go = {};
go.app = (function () {
  var vumigo = require('vumigo_v02');
  var _ = require('lodash');
  var Q = require('q');
  var App = vumigo.App;
  var EndState = vumigo.states.EndState;

  return App.extend(function (self) {
    App.call(self, 'states:start');

    self.init = function () {
      return self.im.contacts.for_user().then(function (contact) {
        self.contact = contact;
      });
    };

    self.states.add('states:start', function (name) {
      var words = (self.im.msg.content || 'help').trim().split(/\s+/);
      var handler = self.words[words[0].toLowerCase()] || self.words.help;
      return Q(handler.apply(self, words.slice(1))).then(function (text) {
        return new EndState(name, {
          text: text,
          next: name,
          helper_metadata: { voice: { speech_url: 'http://x/y.mp3' } },
        });
      });
    });

    self.optout = function (action) {
      return self.im.api_request('optout.' + action, {
        address_type: 'msisdn',
        address_value: self.im.user.addr,
        message_id: self.im.msg.message_id,
      });
    };

    self.words = {
      help: function () {
        return 'Commands: NAME, JOIN, FIND, WHO, GROUPS, STOP, START, TELL, COUNT';
      },
      name: function (first, last) {
        self.contact.name = first;
        self.contact.surname = last || null;
        self.contact.extra.words = String(arguments.length);
        self.contact.subscription.news = 'yes';
        return self.im.contacts.save(self.contact).then(function () {
          return 'Hello ' + first;
        });
      },
      who: function () {
        return self.im.contacts.get(self.im.user.addr, { create: false }).then(function (contact) {
          return [
            contact.name,
            contact.surname,
            contact.msisdn,
            JSON.stringify(contact.extra),
            JSON.stringify(contact.subscription),
            contact.groups.length,
            contact.created_at,
          ].join(' ');
        });
      },
      join: function (group) {
        return self.im.groups
          .get(group, { create: true })
          .then(function (group) {
            self.contact.groups.push(group.key);
            self.contact.groups = _.uniq(self.contact.groups);
            return self.im.contacts.save(self.contact).thenResolve(group);
          })
          .then(function (group) {
            return self.im.groups.sizeOf(group).then(function (n) {
              return group.name + ' has ' + n;
            });
          });
      },
      groups: function () {
        return self.im.groups.list().then(function (groups) {
          return _.map(groups, 'name').join(', ') || 'none';
        });
      },
      find: function (addr) {
        return self.im.contacts.search('msisdn:"' + addr + '"').then(function (found) {
          return (
            _.map(found, function (contact) {
              return contact.msisdn + ' ' + contact.name;
            }).join() || 'nobody'
          );
        });
      },
      make: function (addr) {
        return self.im.contacts
          .create({ msisdn: addr, name: 'Made' })
          .then(function (contact) {
            return self.im.contacts.get_by_key(contact.key);
          })
          .then(function (contact) {
            return 'Made ' + contact.msisdn;
          });
      },
      tell: function (addr) {
        return self.im.contacts
          .get(addr, { create: true, delivery_class: 'sms' })
          .then(function (contact) {
            return self.im.outbound.send({
              to: contact,
              endpoint: 'sms',
              content: 'From ' + self.contact.name,
            });
          })
          .then(function () {
            return 'Told';
          });
      },
      stop: function () {
        return self
          .optout('optout')
          .then(function () {
            return self.optout('status');
          })
          .then(function (reply) {
            return reply.opted_out ? 'You get nothing from now on' : 'That did not work';
          });
      },
      start: function () {
        return self.optout('cancel_optout').then(function (reply) {
          return 'Back: ' + !reply.opted_out;
        });
      },
      count: function () {
        return Q.all([
          self.im.api_request('optout.count', {}),
          self.im.api_request('messagestore.count_sent_messages', {}),
          self.im.api_request('kv.get', { key: 'nothing' }),
        ]).spread(function (optouts, sent, nothing) {
          return [optouts.count, sent.count, nothing.value].join();
        });
      },
      bad: function () {
        return self.im.api_request('contacts.update_extras', { key: self.contact.key, fields: { a: true } });
      },
    };
  });
})();
new (require('vumigo_v02').InteractionMachine)(api, new go.app());
