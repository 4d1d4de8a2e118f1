# An ESME on Net::SMPP: submits, asks, reads what comes, and says all of it as lines of JSON.
use strict;
use warnings;
use Net::SMPP;
use JSON::PP;

$| = 1;
my ($port, $to) = @ARGV;
my $json = JSON::PP->new->canonical->latin1;
sub say_it { print $json->encode({@_}), "\n" }

my ($smpp, $bound) = Net::SMPP->new_transceiver('127.0.0.1',
    port => $port, system_id => 'perl', password => 'secret', system_type => 'test');
die "no bind" unless defined $smpp;
say_it(what => 'bind', status => $bound->status, system_id => $bound->{system_id});

my $sent = $smpp->submit_sm(source_addr => '12345', destination_addr => $to, short_message => 'Hello from perl');
say_it(what => 'submit', status => $sent->status, id => $sent->{message_id});
for my $part (1, 2) {
    my $header = pack('C6', 5, 0, 3, 77, 2, $part);
    $smpp->submit_sm(source_addr => '12345', destination_addr => $to, esm_class => 0x40,
        short_message => $header . ($part == 1 ? 'long ' : 'text'));
}
my $payload = $smpp->submit_sm(source_addr => '12345', destination_addr => $to, short_message => '',
    message_payload => 'x' x 300);
say_it(what => 'payload', status => $payload->status);
my $refused = $smpp->submit_sm(source_addr => '12345', destination_addr => '', short_message => 'x');
say_it(what => 'refused', status => $refused->status);
my $query = $smpp->query_sm(message_id => $sent->{message_id}, source_addr => '12345');
say_it(what => 'query', status => $query->status, state => $query->{message_state});
my $cancel = $smpp->cancel_sm(message_id => $sent->{message_id}, source_addr => '12345', destination_addr => $to);
say_it(what => 'cancel', status => $cancel->status);
my $alive = $smpp->enquire_link();
say_it(what => 'enquire_link', status => $alive->status);

my $wanted = $smpp->submit_sm(source_addr => '12345', destination_addr => $to, short_message => 'with receipt',
    registered_delivery => 1);
say_it(what => 'submit', status => $wanted->status, id => $wanted->{message_id});
for (1 .. 2) {
    my $pdu = $smpp->read_pdu() or die "nothing came";
    $smpp->deliver_sm_resp(seq => $pdu->{seq}, message_id => '');
    say_it(what => 'deliver', esm_class => $pdu->{esm_class}, from => $pdu->{source_addr},
        text => $pdu->{short_message}, receipted => $pdu->{receipted_message_id});
}
my $bye = $smpp->unbind();
say_it(what => 'unbind', status => $bye->status);
