import { defineApp, t } from '@vumi/sdk';
import { CLINICS } from './clinics.js';

/** @param {string[]} names */
const optionsOf = (names) => names.map((name) => ({ value: name, label: name }));

export default defineApp({
  back: true,
  interrupts: { help: t('Call 0800 111 222, day and night.') },
  // The SDK's own words in a language that it does not speak.
  texts: {
    zu: {
      more: 'Okunye',
      back: 'Emuva',
      retry: 'Uxolo, akuyona impendulo leyo.',
      goOn: 'Qhubeka',
      startAgain: 'Qala phansi',
      welcomeBack: 'Siyakwamukela futhi.',
    },
  },

  screens: {
    async start(app) {
      if (app.language === null) await app.chooseLanguage();
      const what = await app.choose(
        t('Clinic directory'),
        { find: t('Find a clinic'), language: t('Another language') },
        { id: 'what' },
      );
      if (what === 'language') {
        await app.chooseLanguage();
        return app.goto('start');
      }
      const province = await app.choose(t('Which province?'), optionsOf(Object.keys(CLINICS)), {
        id: 'province',
      });
      const towns = CLINICS[province] ?? {};
      const town = await app.choose(t('Which town?'), optionsOf(Object.keys(towns)), { id: 'town' });
      const name = await app.choose(
        t('Clinics in {town}', { town }),
        optionsOf((towns[town] ?? []).map((clinic) => clinic.name)),
        { id: 'clinic' },
      );
      return app.goto('clinic', { province, town, name });
    },

    async clinic(app, { province = '', town = '', name = '' }) {
      const clinic = CLINICS[province]?.[town]?.find((one) => one.name === name);
      if (clinic === undefined) return app.goto('start');
      const { phone, opens, closes, saturday } = clinic;
      const about = saturday
        ? t('{name}, {town}: {phone}. Open {opens} to {closes}, Saturdays too.', {
            name,
            town,
            phone,
            opens,
            closes,
          })
        : t('{name}, {town}: {phone}. Open {opens} to {closes}, not on Saturdays.', {
            name,
            town,
            phone,
            opens,
            closes,
          });
      const next = await app.choose(
        about,
        { sms: t('Send it by SMS'), more: t('Another clinic') },
        { id: 'next' },
      );
      if (next === 'more') return app.goto('start');
      await app.send(app.address, about, { endpoint: 'sms' });
      return t('You get an SMS. Go well.');
    },
  },
});
