// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import static io.github.afterspan.example.OrderClient.TEAPOT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever the receiver of the spans does, orders are taken as ever and none is lost. */
@Timeout(300)
class ReceiverTroubleIT {

  private static final int ORDERS = 200;
  private static final Duration AT_ONCE = Duration.ofSeconds(5);

  private final CountDownLatch asked = new CountDownLatch(1);

  @Test
  void takesEveryOrder_whenReceiverIsDown() throws Exception {
    int closedPort;
    try (ServerSocket socket = new ServerSocket(0)) {
      closedPort = socket.getLocalPort();
    }

    takesEveryOrder("http://127.0.0.1:" + closedPort);
  }

  @Test
  void takesEveryOrder_whenReceiverAnswers503() throws Exception {
    HttpServer receiver = HttpServer.create(loopback(), 0);
    receiver.createContext(
        "/",
        exchange -> {
          asked.countDown();
          exchange.sendResponseHeaders(503, -1);
          exchange.close();
        });
    receiver.start();
    try {
      takesEveryOrder("http://127.0.0.1:" + receiver.getAddress().getPort());
      assertThat(asked.getCount()).as("the receiver was asked").isZero();
    } finally {
      receiver.stop(0);
    }
  }

  @Test
  void takesEveryOrder_whenReceiverHangs() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    ExecutorService hanging = Executors.newCachedThreadPool();
    HttpServer receiver = HttpServer.create(loopback(), 0);
    receiver.setExecutor(hanging);
    receiver.createContext(
        "/",
        exchange -> {
          asked.countDown();
          try {
            over.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    receiver.start();
    try {
      takesEveryOrder("http://127.0.0.1:" + receiver.getAddress().getPort());
      assertThat(asked.getCount()).as("the receiver was asked").isZero();
    } finally {
      over.countDown();
      receiver.stop(0);
      hanging.shutdownNow();
      assertThat(hanging.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static void takesEveryOrder(String receiver) throws Exception {
    ServiceSettings settings =
        ServiceSettings.defaults()
            .port(0)
            .smtpDelay(Duration.ZERO)
            .telemetry(
                Map.of(
                    "otel.exporter.otlp.endpoint", receiver,
                    "otel.bsp.max.queue.size", "64",
                    "otel.bsp.max.export.batch.size", "16"));
    OrderService service = OrderService.start(settings);
    try {
      OrderClient client = new OrderClient(service);
      client.place("orders", TEAPOT);
      List<JsonNode> placed = new ArrayList<>();
      for (int i = 0; i < ORDERS; i++) {
        long start = System.nanoTime();
        placed.add(client.place("orders", TEAPOT));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
      }
      for (JsonNode order : placed) {
        client.awaitConfirmation(order, "sent");
      }
    } finally {
      long start = System.nanoTime();
      service.close();
    }
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }
}
