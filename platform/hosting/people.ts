import type { Caller } from '@vumi/api';
import { maskNumbers } from './mask-numbers.ts';
import { pageOf, showsNumbers, type Power } from './page-caller.ts';
import { Person, type ShownPerson } from './person.ts';
import type { HostingPorts } from './ports.ts';

/**
 * The people of one answer, as its page may see them: numbers are masked unless the account has granted
 * `contacts:number`, and each answer that shows some is counted before it goes.
 */
export class PeopleShown {
  readonly #caller: Caller;
  readonly #power: Power;
  readonly #ports: HostingPorts;
  readonly #secret: string;
  readonly #inFull: boolean;
  #numbers = 0;

  private constructor(
    caller: Caller,
    power: Power,
    { ports, secret }: { ports: HostingPorts; secret: string },
  ) {
    this.#caller = caller;
    this.#power = power;
    this.#ports = ports;
    this.#secret = secret;
    this.#inFull = showsNumbers(caller, power);
  }

  static async open(caller: Caller, power: Power, ports: HostingPorts): Promise<PeopleShown> {
    return new PeopleShown(caller, power, { ports, secret: await ports.personSecret() });
  }

  of(address: string): Person {
    return new Person(this.#site.ref, address, this.#secret);
  }

  /** Null for a mark that is not of this app. */
  find(mark: string): Person | null {
    return Person.find(this.#site.ref, mark, this.#secret);
  }

  show(person: Person): ShownPerson {
    if (!this.#inFull) return person.toJSON();
    this.#numbers += 1;
    return person.withNumber();
  }

  /** What people wrote may have numbers in it: of others, too. */
  text<T extends string | null>(text: T): T | string {
    return text === null || this.#inFull ? text : maskNumbers(text);
  }

  /** The answer, when what it shows is noted. */
  async answer<T>(json: T): Promise<T> {
    if (this.#numbers === 0) return json;
    const viewer = this.#power.audience === 'members' ? this.#power.member : '';
    const day = new Date(this.#ports.clock()).toISOString().slice(0, 10);
    await this.#ports.grants.countNumbers(this.#site.ref, { day, viewer, numbers: this.#numbers });
    return json;
  }

  get #site() {
    return pageOf(this.#caller).standing.site;
  }
}
