// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.StateCase;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;
import org.openjdk.jcstress.infra.runners.Runner;
import org.openjdk.jcstress.infra.runners.SpinLoopStyle;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Runs each jcstress test for a moment, all in this process. jcstress itself starts a process for
 * each test and each way to run the JVM, and takes minutes to do so; it is for the long form.
 */
final class ShortStress {

  private static final int STRIDES = 40;
  private static final int STRIDE_SIZE = 64;
  private static final int MAX_FOOTPRINT_MB = 32;

  private ShortStress() {}

  /**
   * Takes the milliseconds for each test, and a pattern of their names. Exits with 1 on a failure.
   */
  public static void main(String[] args) throws Exception {
    int millis = Integer.parseInt(args[0]);
    Pattern names = Pattern.compile(args[1]);
    int ran = 0;
    int failed = 0;
    for (String name : new TreeSet<>(TestList.tests())) {
      if (names.matcher(name).find()) {
        ran++;
        failed += passes(TestList.getInfo(name), millis) ? 0 : 1;
      }
    }
    System.out.printf("%d passed, %d failed%n", ran - failed, failed);
    System.exit(failed == 0 && ran > 0 ? 0 : 1); // a failed test may have left threads behind
  }

  private static boolean passes(TestInfo test, int millis) throws Exception {
    TestResult result =
        Class.forName(test.generatedRunner())
            .asSubclass(Runner.class)
            .getConstructor(ForkedTestConfig.class)
            .newInstance(config(test, millis))
            .run();
    List<String> lines = new ArrayList<>(result.getMessages());
    boolean passed = result.status() == Status.NORMAL;
    for (String state : result.getStateKeys()) {
      Expect expect = expect(test, state);
      boolean forbidden = expect == Expect.FORBIDDEN || expect == Expect.UNKNOWN;
      passed &= !forbidden;
      lines.add(
          "%,12d  %s%s".formatted(result.getCount(state), state, forbidden ? "  FORBIDDEN" : ""));
    }
    System.out.println((passed ? "passed " : "FAILED ") + test.name() + " " + result.status());
    lines.forEach(line -> System.out.println("  " + line));
    return passed && !result.getStateKeys().isEmpty();
  }

  private static Expect expect(TestInfo test, String state) {
    return test.cases().stream()
        .filter(known -> known.matchesExactly(state) || known.matches(state))
        .map(StateCase::expect)
        .findFirst()
        .orElseGet(() -> test.unmatched().expect());
  }

  /**
   * In the form in which jcstress sends it to its processes, since that is the one anybody may use.
   */
  private static ForkedTestConfig config(TestInfo test, int millis) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(SpinLoopStyle.THREAD_YIELD.ordinal());
    out.writeInt(millis);
    out.writeInt(1);
    out.writeUTF(test.generatedRunner());
    out.writeInt(MAX_FOOTPRINT_MB);
    out.writeInt(STRIDE_SIZE);
    out.writeInt(STRIDES);
    out.writeBoolean(false);
    return new ForkedTestConfig(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
  }
}
