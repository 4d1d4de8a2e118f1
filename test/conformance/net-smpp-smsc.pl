# An SMSC on Net::SMPP for one ESME: answers its bind and submits, sends it a message and receipts, and says so.
use strict;
use warnings;
use Net::SMPP;
use JSON::PP;

$| = 1;
my $json = JSON::PP->new->canonical->latin1;
sub say_it { print $json->encode({@_}), "\n" }

my $server = Net::SMPP->new_listen('127.0.0.1', port => 0, smpp_version => 0x34) or die "cannot listen";
say_it(what => 'listening', port => $server->sockport);
my $esme = $server->accept or die "nobody came";
my $count = 0;
while (my $pdu = $esme->read_pdu) {
    my $cmd = $pdu->{cmd};
    if ($cmd == Net::SMPP::CMD_bind_transceiver) {
        $esme->bind_transceiver_resp(seq => $pdu->{seq}, system_id => 'perl');
        say_it(what => 'bind', system_id => $pdu->{system_id}, version => $pdu->{interface_version});
        $esme->set_version(0x34) if $esme->can('set_version');
        $esme->deliver_sm(async => 1, seq => 1001, source_addr => '27761234567', destination_addr => '12345',
            short_message => 'MO from perl');
    } elsif ($cmd == Net::SMPP::CMD_submit_sm) {
        $count++;
        $esme->submit_sm_resp(seq => $pdu->{seq}, message_id => "perl-$count");
        say_it(what => 'submit', to => $pdu->{destination_addr}, text => $pdu->{short_message},
            coding => $pdu->{data_coding}, esm_class => $pdu->{esm_class});
        $esme->deliver_sm(async => 1, seq => 2000 + $count, esm_class => 4,
            source_addr => $pdu->{destination_addr}, destination_addr => $pdu->{source_addr},
            short_message => "id:perl-$count sub:001 dlvrd:001 submit date:2611250000 done date:2611250001 "
                . "stat:DELIVRD err:000 text:x");
    } elsif ($cmd == Net::SMPP::CMD_enquire_link) {
        $esme->enquire_link_resp(seq => $pdu->{seq});
    } elsif ($cmd == Net::SMPP::CMD_unbind) {
        $esme->unbind_resp(seq => $pdu->{seq});
        say_it(what => 'unbind');
        last;
    } else {
        say_it(what => 'other', cmd => $cmd, status => $pdu->{status}, seq => $pdu->{seq});
    }
}
