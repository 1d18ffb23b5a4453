// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One HTTP/1.1 keep-alive connection to a loopback port, which knows the exact moment at which the
 * last byte of a response was there.
 *
 * <pre>{@code
 * try (HttpConnection connection = HttpConnection.open(port)) {
 *   HttpConnection.Response response = connection.get("/orders");
 * }
 * }</pre>
 *
 * <p>A response that does not come within {@link #PATIENCE} is a {@link
 * java.net.SocketTimeoutException}. Not thread-safe.
 */
public final class HttpConnection implements AutoCloseable {

  /** How long a read waits at most. */
  public static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Socket socket;
  private final InputStream in;
  private final ByteArrayOutputStream raw = new ByteArrayOutputStream();

  /**
   * A whole response.
   *
   * @param status the status code
   * @param headers by name in lower case; the values of equal names joined with a comma
   * @param body decoded from its chunks, if it came in chunks
   * @param raw every byte from the status line to the end of the body, one character each
   * @param completeAt when the last byte was there
   */
  public record Response(
      int status, Map<String, String> headers, String body, String raw, Instant completeAt) {

    /**
     * Returns a header.
     *
     * @param name the name, in any case
     * @return the value, or empty if it is absent
     */
    public String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }
  }

  private HttpConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  /**
   * Connects.
   *
   * @param port a loopback port
   * @return an open connection
   * @throws IOException if nothing listens there
   */
  public static HttpConnection open(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return new HttpConnection(socket);
  }

  /**
   * Connects, and takes nothing that is not read: what a server sends stays with it, but for what
   * its own side of the connection holds (four megabytes and a bit on Linux).
   *
   * @param port a loopback port
   * @return an open connection
   * @throws IOException if nothing listens there
   */
  public static HttpConnection openNarrow(int port) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096); // has to be known when it connects
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return new HttpConnection(socket);
  }

  /**
   * Sends a GET request and reads the whole response.
   *
   * @param path the path, with the query
   * @return the response
   * @throws IOException if the connection broke
   */
  public Response get(String path) throws IOException {
    send("GET", path, Map.of(), "");
    return receive();
  }

  /**
   * Sends a POST request and reads the whole response.
   *
   * @param path the path, with the query
   * @param body the body, which is sent with its length
   * @return the response
   * @throws IOException if the connection broke
   */
  public Response post(String path, String body) throws IOException {
    send("POST", path, Map.of(), body);
    return receive();
  }

  /**
   * Sends a whole request.
   *
   * @param method the method
   * @param path the path, with the query
   * @param headers more headers than {@code Host} and {@code Content-Length}, which are set
   * @param body the body; empty for none
   * @throws IOException if the connection broke
   */
  public void send(String method, String path, Map<String, String> headers, String body)
      throws IOException {
    StringBuilder request = new StringBuilder();
    request.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    headers.forEach((name, value) -> request.append(name + ": " + value + "\r\n"));
    if (!body.isEmpty()) {
      request.append("Content-Length: ").append(body.length()).append("\r\n");
    }
    sendRaw(request + "\r\n" + body);
  }

  /**
   * Sends some bytes, be they half a request.
   *
   * @param bytes one character each
   * @throws IOException if the connection broke
   */
  public void sendRaw(String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /**
   * Reads one whole response.
   *
   * @return the response
   * @throws IOException if the connection broke, or what came is not a response
   */
  public Response receive() throws IOException {
    raw.reset();
    String statusLine = line();
    if (!statusLine.startsWith("HTTP/1.1 ")) {
      throw new IOException("not a response: " + statusLine);
    }
    int status = Integer.parseInt(statusLine.substring(9, 12));
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.merge(
          line.substring(0, colon).toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip(),
          (one, other) -> one + ", " + other);
    }
    boolean hasBody = status >= 200 && status != 204 && status != 304;
    String body = hasBody ? body(headers) : "";
    return new Response(status, Map.copyOf(headers), body, raw.toString(ISO_8859_1), Instant.now());
  }

  /**
   * Reads one byte of whatever comes, on a connection that speaks HTTP no longer.
   *
   * @return the byte, or a negative number if the connection was closed
   * @throws IOException if the connection broke
   */
  public int read() throws IOException {
    return in.read();
  }

  /**
   * Waits until a response has begun, and leaves it where it is.
   *
   * @throws IOException if the connection broke
   */
  public void firstByte() throws IOException {
    in.mark(1);
    if (in.read() < 0) {
      throw new EOFException("the connection was closed before a response");
    }
    in.reset();
  }

  /**
   * Breaks the connection with a reset, as a client does that goes away in the middle.
   *
   * @throws IOException if it could not be closed
   */
  public void abort() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Closes the connection. */
  @Override
  public void close() throws IOException {
    socket.close();
  }

  private String body(Map<String, String> headers) throws IOException {
    if ("chunked".equals(headers.get("transfer-encoding"))) {
      return chunks();
    }
    String length = headers.get("content-length");
    return length == null ? rest() : bytes(Integer.parseInt(length));
  }

  private String chunks() throws IOException {
    StringBuilder body = new StringBuilder();
    for (int size = chunkSize(); size > 0; size = chunkSize()) {
      body.append(bytes(size));
      line();
    }
    for (String trailer = line(); !trailer.isEmpty(); trailer = line()) {
      // trailers are not asked for
    }
    return body.toString();
  }

  private int chunkSize() throws IOException {
    return Integer.parseInt(line().split(";", 2)[0].strip(), 16);
  }

  private String bytes(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    raw.writeBytes(bytes);
    if (bytes.length < count) {
      throw new EOFException("the body ended after " + bytes.length + " of " + count + " bytes");
    }
    return new String(bytes, ISO_8859_1);
  }

  private String rest() throws IOException {
    byte[] bytes = in.readAllBytes();
    raw.writeBytes(bytes);
    return new String(bytes, ISO_8859_1);
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the connection was closed after: " + raw.toString(ISO_8859_1));
      }
      raw.write(next);
      if (next == '\n') {
        return line.toString(ISO_8859_1).stripTrailing();
      }
      line.write(next);
    }
  }
}
