// Speaks several languages: catalogues, plurals, contexts, texts in texts.
var go = {};
go.app = (function () {
  var vumigo = require('vumigo_v02');
  var App = vumigo.App;
  var Choice = vumigo.states.Choice;
  var states = vumigo.states;

  var GoLanguages = App.extend(function (self) {
    App.call(self, 'states:menu');
    var $ = self.$;

    self.states.add('states:menu', function (name) {
      return new states.MenuState(name, {
        question: $('Hello {{ who }}').context({ who: $('friend') }),
        error: $('Try again'),
        accept_labels: true,
        choices: [
          new Choice('states:language', $('Language')),
          new Choice('states:count', $('Count')),
          new Choice('states:contexts', $('Contexts')),
        ],
      });
    });

    self.states.add('states:language', function (name) {
      return new states.LanguageChoice(name, {
        question: $('Which language?'),
        choices: [new Choice('en', 'English'), new Choice('zul', 'isiZulu'), new Choice('none', 'None')],
        next: function (choice) {
          return self.im.user.set_lang(choice.value).then(function () {
            return 'states:menu';
          });
        },
      });
    });

    self.states.add('states:count', function (name) {
      return new states.FreeText(name, {
        question: $('How many?'),
        next: function (content) {
          return { name: 'states:counted', creator_opts: { n: parseInt(content, 10) } };
        },
      });
    });

    self.states.add('states:counted', function (name, opts) {
      return new states.EndState(name, {
        text: $.ngettext('{{n}} message for {{who}}', '{{n}} messages for {{who}}', opts.n).context({
          n: opts.n,
          who: $('friend'),
        }),
        next: 'states:menu',
      });
    });

    self.states.add('states:contexts', function (name) {
      return self.im.fetch_translation('zul').then(function (i18n) {
        return new states.EndState(name, {
          text: [
            $.pgettext('verb', 'Open'),
            $.pgettext('adjective', 'Open'),
            i18n($('friend')),
            '<%= x %>',
            '${y}',
          ]
            .map(function (text) {
              return self.im.user.i18n(text);
            })
            .join('|'),
          next: 'states:menu',
        });
      });
    });
  });
  return { GoLanguages: GoLanguages };
})();
go.init = (function () {
  var vumigo = require('vumigo_v02');
  return { im: vumigo.interact(api, go.app.GoLanguages) };
})();
