// Finds places, fills in forms and hands them on with the libraries for it.
var go = {};
go.app = (function () {
  var vumigo = require('vumigo_v02');
  var location = require('go-jsbox-location');
  var xform = require('go-jsbox-xform');
  var Ona = require('go-jsbox-ona').Ona;
  var App = vumigo.App;
  var Choice = vumigo.states.Choice;
  var MenuState = vumigo.states.MenuState;
  var EndState = vumigo.states.EndState;

  var GoPlaces = App.extend(function (self) {
    App.call(self, 'states:menu');
    self.init = function () {
      self.api = self.im.config.api;
    };

    self.states.add('states:menu', function (name) {
      return new MenuState(name, {
        question: 'Places',
        choices: [
          new Choice('states:where', 'Where'),
          new Choice('states:form', 'Form'),
          new Choice('states:hand', 'Hand in'),
        ],
      });
    });
    self.states.add('states:where', function (name) {
      return new location.LocationState(name, {
        map_provider: new location.providers.googlemaps.GoogleMaps({ api_url: self.api + '/geocode' }),
        options_per_page: 2,
        namespace: 'home',
        skip_text: 'Skip',
        next: function (address) {
          return { name: 'states:end', creator_opts: { text: address ? address.label : 'skipped' } };
        },
      });
    });
    self.states.add('states:form', function (name) {
      return new xform.XFormState(name, {
        xform: function () {
          return '<form/>';
        },
        xforms_service_url: self.api,
        next: function (answers) {
          return { name: 'states:end', creator_opts: { text: answers } };
        },
      });
    });
    self.states.add('states:hand', function (name) {
      var ona = new Ona(self.im, { auth: { username: 'root', password: 'toor' }, url: self.api + '/ona/' });
      return ona.submit({ id: '1', submission: { q1: 'a', q2: 2 } }).then(function (response) {
        return self.states.create('states:end', { text: 'handed in ' + (response.code || '') });
      });
    });
    self.states.add('states:end', function (name, opts) {
      return new EndState(name, { text: opts.text, next: 'states:menu' });
    });
  });
  return { GoPlaces: GoPlaces };
})();
go.init = (function () {
  var vumigo = require('vumigo_v02');
  return { im: new vumigo.InteractionMachine(api, new go.app.GoPlaces()) };
})();
