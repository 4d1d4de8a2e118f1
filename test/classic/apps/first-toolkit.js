// Written for the first toolkit, at the top of a script and with a Promise of its own.
var vumigo = require('vumigo_v01');
var jed = require('jed');

if (typeof api === 'undefined') {
  // When it is tested outside the sandbox.
  var api = (this.api = new vumigo.dummy_api.DummyApi());
}

var Promise = vumigo.promise.Promise;
var success = vumigo.promise.success;
var Choice = vumigo.states.Choice;
var ChoiceState = vumigo.states.ChoiceState;
var LanguageChoice = vumigo.states.LanguageChoice;
var PaginatedChoiceState = vumigo.states.PaginatedChoiceState;
var FreeText = vumigo.states.FreeText;
var EndState = vumigo.states.EndState;
var BookletState = vumigo.states.BookletState;
var InteractionMachine = vumigo.state_machine.InteractionMachine;
var StateCreator = vumigo.state_machine.StateCreator;
var JsonApi = vumigo.http_api.JsonApi;

function FirstToolkitError(msg) {
  var self = this;
  self.msg = msg;
  self.toString = function () {
    return '<FirstToolkitError: ' + self.msg + '>';
  };
}

function FirstToolkit() {
  var self = this;
  StateCreator.call(self, 'start');

  self.on_config_read = function (event) {
    return event.im.log('Config: ' + event.im.config.name);
  };
  self.on_new_user = function (event) {
    return event.im.api_request('kv.incr', { key: 'v01.users', amount: 1 });
  };
  self.on_session_new = function (event) {
    return event.im.metrics.fire_inc('sessions');
  };
  self.on_session_close = function (event) {
    if (!event.data.possible_timeout) {
      return success();
    }
    return event.im.api_request('outbound.send_to_endpoint', {
      endpoint: 'sms',
      to_addr: event.im.user_addr,
      content: 'Dial again',
    });
  };
  self.on_inbound_event = function (event) {
    return event.im.api_request('kv.set', { key: 'v01.event', value: event.data.event.event_type });
  };

  self.add_state(
    new LanguageChoice('start', 'menu', 'Language?', [
      new Choice('en', 'English'),
      new Choice('sw', 'Kiswahili'),
    ]),
  );

  self.add_state(
    new ChoiceState(
      'menu',
      function (choice) {
        return choice.value;
      },
      'What do you want?',
      [
        new Choice('name', 'Register'),
        new Choice('towns', 'Towns'),
        new Choice('story', 'Story'),
        new Choice('fetch', 'Fetch'),
        new Choice('fail', 'Fail'),
        new Choice('fail_late', 'Fail late'),
      ],
      'Please choose a number',
      null,
      { accept_labels: true },
    ),
  );

  self.add_state(
    new FreeText(
      'name',
      'bye',
      'Your name?',
      function (content) {
        return content.length > 1;
      },
      'Longer, please',
      {
        on_enter: function () {
          return im.log('asks for a name');
        },
      },
    ),
  );

  self.add_state(
    new PaginatedChoiceState(
      'towns',
      'bye',
      'Which town?',
      ['Arusha', 'Dodoma', 'Iringa', 'Kigoma', 'Mbeya'].map(function (town) {
        return new Choice(town.toLowerCase(), town + ' in the United Republic of Tanzania');
      }),
      null,
      null,
      { more: 'More', back: 'Back', options_per_page: 3, characters_per_page: 90 },
    ),
  );

  self.add_creator('story', function (state_name, im) {
    return new BookletState(state_name, {
      pages: 3,
      next: 'bye',
      page_text: function (n) {
        var p = new Promise();
        p.callback('Page ' + n);
        return p;
      },
    });
  });

  self.add_creator('fetch', function (state_name, im) {
    var p = new JsonApi(im, { auth: { username: 'a', password: 'b' } }).get(im.config.api + '/people', {
      params: { q: 'ü x' },
    });
    p.add_callback(function (result) {
      return new JsonApi(im).get(im.config.api + '/missing');
    });
    p.add_callback(function (result) {
      return new EndState(state_name, 'Got ' + (result.error || result.greeting), 'menu');
    });
    return p;
  });

  self.add_creator('bye', function (state_name, im) {
    var p = im.api_request('contacts.get_or_create', { delivery_class: 'ussd', addr: im.user_addr });
    p.add_callback(function (result) {
      return im.api_request('contacts.update_extras', {
        key: result.contact.key,
        fields: { name: im.get_user_answer('name') || 'none', when: new Date().toISOString() },
      });
    });
    p.add_callback(function (result) {
      return new EndState(
        state_name,
        im.i18n
          .translate('Bye %1$s of %2$s')
          .fetch(result.contact['extras-name'], im.get_user_answer('towns')),
        'menu',
      );
    });
    return p;
  });

  self.add_creator('fail', function () {
    throw new FirstToolkitError('at once');
  });
  self.add_creator('fail_late', function (state_name, im) {
    var p = im.api_request('kv.get', { key: 'x' });
    p.add_callback(function () {
      throw new FirstToolkitError('late');
    });
    return p;
  });
}

// launch app
var states = new FirstToolkit();
var im = new InteractionMachine(api, states);
im.attach();
