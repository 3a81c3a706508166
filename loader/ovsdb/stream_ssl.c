// SPDX-License-Identifier: GPL-2.0-only
/*
 * TLS as OVS has it: 1.2 or newer, both sides show certificates, and what
 * counts is that the CA has signed them.  Names are not compared: the
 * certificates of ovs-pki and of OVN's deployments carry roles and ids
 * ("ovnsb id:..."), no hosts, so that a comparison would refuse them all.
 */
#include "stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* One call encrypts a record (RFC 8446, 5.1: 16 KiB) of it. */
#define TLS_SEND ((size_t)64 << 10)
#define TLS_REMEDY                                                             \
	"ssl: needs private key, certificate and CA certificate, by "          \
	"--private-key, --certificate and --ca-cert; an agent those of "       \
	"ovs-vsctl set-ssl KEY CERTIFICATE CA"

struct stream_tls {
	const char *remote; /* the caller's */
	char *certificate, *ca_cert; /* files, for texts */
	int fd; /* the caller's */
	BIO_METHOD *method;
	SSL_CTX *context;
	SSL *ssl;
	bool is_eof;
	bool is_sound; /* handshake done, no error since */
	bool is_heard; /* a byte of the server has come */
	/* TLS's own messages go both ways: what an attempt waits for */
	bool receive_wants_room, send_wants_bytes;
};

/* OpenSSL's own socket BIO calls write(), which raises SIGPIPE. */
static int bio_write(BIO *bio, const char *p, int n)
{
	struct stream_tls *t = BIO_get_data(bio);
	ssize_t sent = send(t->fd, p, n, MSG_NOSIGNAL);

	BIO_clear_retry_flags(bio);
	if (sent < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_write(bio);
	return (int)sent;
}

static int bio_read(BIO *bio, char *p, int n)
{
	struct stream_tls *t = BIO_get_data(bio);
	ssize_t got = recv(t->fd, p, n, 0);

	BIO_clear_retry_flags(bio);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_read(bio);
	t->is_eof = !got;
	return (int)got;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
	const struct stream_tls *t = BIO_get_data(bio);

	(void)number;
	(void)pointer;
	switch (command) {
	case BIO_CTRL_FLUSH: /* nothing is held back */
		return 1;
	case BIO_CTRL_EOF:
		return t->is_eof;
	default:
		return 0;
	}
}

static const char *reason(void)
{
	const char *text = ERR_reason_error_string(ERR_peek_last_error());

	return text ? text : "no reason given";
}

static int file_check(const char *remote, const char *what, const char *file,
		      struct error *e)
{
	if (!file || !*file)
		return error_set(e, EINVAL, "%s: no %s; " TLS_REMEDY, remote,
				 what);
	if (access(file, R_OK))
		return error_set(e, errno, "%s: %s %s: %s; " TLS_REMEDY, remote,
				 what, file, strerror(errno));
	return 0;
}

static int file_unfit(const char *remote, const char *what, const char *file,
		      struct error *e)
{
	return error_set(e, EINVAL, "%s: %s %s is no good: %s; " TLS_REMEDY,
			 remote, what, file, reason());
}

/* Instead of OpenSSL's question on the terminal. */
static int no_passphrase(char *text, int size, int is_writing, void *arg)
{
	(void)text;
	(void)size;
	(void)is_writing;
	(void)arg;
	return 0;
}

static int files_load(struct stream_tls *t, const struct ovsdb_tls *tls,
		      struct error *e)
{
	static const struct ovsdb_tls none;
	int err;

	if (!tls)
		tls = &none;
	err = file_check(t->remote, "private key", tls->private_key, e);
	if (!err)
		err = file_check(t->remote, "certificate", tls->certificate, e);
	if (!err)
		err = file_check(t->remote, "CA certificate", tls->ca_cert, e);
	if (err)
		return err;
	ERR_clear_error();
	SSL_CTX_set_default_passwd_cb(t->context, no_passphrase);
	if (SSL_CTX_use_PrivateKey_file(t->context, tls->private_key,
					SSL_FILETYPE_PEM) != 1)
		return file_unfit(t->remote, "private key", tls->private_key,
				  e);
	if (SSL_CTX_use_certificate_chain_file(t->context, tls->certificate) !=
	    1)
		return file_unfit(t->remote, "certificate", tls->certificate,
				  e);
	if (SSL_CTX_check_private_key(t->context) != 1)
		return error_set(e, EINVAL,
				 "%s: private key %s is not that of "
				 "certificate %s; " TLS_REMEDY,
				 t->remote, tls->private_key, tls->certificate);
	if (SSL_CTX_load_verify_file(t->context, tls->ca_cert) != 1)
		return file_unfit(t->remote, "CA certificate", tls->ca_cert, e);
	t->certificate = strdup(tls->certificate);
	t->ca_cert = strdup(tls->ca_cert);
	if (!t->certificate || !t->ca_cert)
		return error_set(e, ENOMEM, "out of memory");
	return 0;
}

/* RFC 6066, 3: names only, no addresses. */
static bool is_name(const char *host)
{
	struct in6_addr address;

	return !strchr(host, ':') && inet_pton(AF_INET, host, &address) != 1;
}

static int session_new(struct stream_tls *t, const char *host, struct error *e)
{
	BIO *bio;

	t->ssl = SSL_new(t->context);
	t->method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "socket");
	if (!t->ssl || !t->method)
		return error_set(e, ENOMEM, "out of memory");
	BIO_meth_set_write(t->method, bio_write);
	BIO_meth_set_read(t->method, bio_read);
	BIO_meth_set_ctrl(t->method, bio_ctrl);
	bio = BIO_new(t->method);
	if (!bio)
		return error_set(e, ENOMEM, "out of memory");
	BIO_set_data(bio, t);
	BIO_set_init(bio, 1);
	SSL_set_bio(t->ssl, bio, bio);
	if (is_name(host))
		SSL_set_tlsext_host_name(t->ssl, host);
	SSL_set_mode(t->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
				     SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return 0;
}

int stream_tls_new(const char *remote, const char *host,
		   const struct ovsdb_tls *tls, struct stream_tls **out,
		   struct error *e)
{
	struct stream_tls *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return error_set(e, ENOMEM, "out of memory");
	t->remote = remote;
	t->fd = -1;
	t->context = SSL_CTX_new(TLS_client_method());
	if (!t->context) {
		err = error_set(e, ENOMEM, "%s: no TLS: %s", remote, reason());
		goto fail;
	}
	SSL_CTX_set_min_proto_version(t->context, TLS1_2_VERSION);
	SSL_CTX_set_verify(t->context, SSL_VERIFY_PEER, NULL);
	err = files_load(t, tls, e);
	if (!err)
		err = session_new(t, host, e);
	if (err)
		goto fail;
	*out = t;
	return 0;
fail:
	stream_tls_free(t);
	return err;
}

void stream_tls_free(struct stream_tls *t)
{
	if (!t)
		return;
	/* one attempt to say good-bye */
	if (t->is_sound)
		SSL_shutdown(t->ssl);
	SSL_free(t->ssl);
	SSL_CTX_free(t->context);
	BIO_meth_free(t->method);
	ERR_clear_error();
	free(t->certificate);
	free(t->ca_cert);
	free(t);
}

/* With TLS 1.3 a client is done before the server has seen its certificate,
 * and a refusal may arrive as no more than the end of the connection. */
static int closed_early(struct stream_tls *t, struct error *e)
{
	return error_set(e, ECONNRESET,
			 "%s: closed by the server before its first word; it "
			 "may not trust the CA of certificate %s",
			 t->remote, t->certificate);
}

static int tls_failed(struct stream_tls *t, int kind, int err, struct error *e)
{
	unsigned long code = ERR_peek_error();
	long verify = SSL_get_verify_result(t->ssl);

	t->is_sound = false;
	if (kind == SSL_ERROR_SYSCALL && err && !code) {
		if (!t->is_heard && (err == ECONNRESET || err == EPIPE))
			return closed_early(t, e);
		return error_set(e, err, "%s: %s", t->remote, strerror(err));
	}
	if (verify != X509_V_OK)
		return error_set(e, EACCES,
				 "%s: the server's certificate is refused: %s; "
				 "CA certificate %s must be that of its CA",
				 t->remote,
				 X509_verify_cert_error_string(verify),
				 t->ca_cert);
	/* alerts are the server's words */
	if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
	    ERR_GET_REASON(code) >= SSL_AD_REASON_OFFSET)
		return error_set(e, EACCES,
				 "%s: refused by the server: %s; it must trust "
				 "the CA of certificate %s",
				 t->remote, reason(), t->certificate);
	return error_set(e, EPROTO, "%s: TLS: %s; is it the port for ssl:?",
			 t->remote, reason());
}

/* What SSL_...() returned, as the stream_ functions return it: 0 for the
 * end.  *crosswise: it waits for the other direction. */
static int result_take(struct stream_tls *t, int result, bool is_receiving,
		       bool *crosswise, struct error *e)
{
	int err = errno, kind = SSL_get_error(t->ssl, result);
	unsigned long code;

	*crosswise = false;
	switch (kind) {
	case SSL_ERROR_WANT_READ:
		*crosswise = !is_receiving;
		return -EAGAIN;
	case SSL_ERROR_WANT_WRITE:
		*crosswise = is_receiving;
		return -EAGAIN;
	}
	/* a server that closes without TLS's good-bye has closed all the same */
	code = ERR_peek_error();
	if (kind == SSL_ERROR_ZERO_RETURN ||
	    (t->is_eof &&
	     (!code ||
	      ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING))) {
		t->is_sound = false;
		return t->is_heard ? 0 : closed_early(t, e);
	}
	return tls_failed(t, kind, err, e);
}

int stream_tls_connect(struct stream_tls *t, int fd, struct error *e)
{
	int result;

	t->fd = fd;
	ERR_clear_error();
	errno = 0;
	result = SSL_connect(t->ssl);
	if (result == 1) {
		t->is_sound = true;
		return 0;
	}
	return result_take(t, result, true, &t->receive_wants_room, e);
}

ssize_t stream_tls_receive(struct stream_tls *t, char *p, size_t n,
			   struct error *e)
{
	int result;

	ERR_clear_error();
	errno = 0;
	result = SSL_read(t->ssl, p, n > INT_MAX ? INT_MAX : (int)n);
	if (result <= 0)
		return result_take(t, result, true, &t->receive_wants_room, e);
	t->is_heard = true;
	t->receive_wants_room = false;
	return result;
}

ssize_t stream_tls_send(struct stream_tls *t, const char *p, size_t n,
			struct error *e)
{
	int result, err;

	ERR_clear_error();
	errno = 0;
	result = SSL_write(t->ssl, p, n > TLS_SEND ? TLS_SEND : n);
	if (result <= 0) {
		err = result_take(t, result, false, &t->send_wants_bytes, e);
		return err ? err :
			     error_set(e, EPIPE, "%s: closed by the server",
				       t->remote);
	}
	t->send_wants_bytes = false;
	return result;
}

short stream_tls_events(const struct stream_tls *t, bool wants_room)
{
	short events = t->receive_wants_room ? POLLOUT : POLLIN;

	if (wants_room)
		events |= t->send_wants_bytes ? POLLIN : POLLOUT;
	return events;
}
